/** Units of a duration, in microseconds. A day is 24 hours: calendar days are asked for with `calendar`. */
export const microseconds = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
  w: 604_800_000_000,
} as const;

export type DurationUnit = keyof typeof microseconds;

/** A fixed length of time: `'30m'`, `'24h'`, `'7d'`. */
export type Duration = `${number}${DurationUnit}`;

/** @returns the length in µs, or null where the text is no whole number of µs above zero. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+)(us|ms|s|m|h|d|w)$/.exec(text);
  if (!match) return null;
  const length = Number(match[1]) * microseconds[match[2] as DurationUnit];
  return length > 0 && Number.isSafeInteger(length) ? length : null;
}

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A window from the start of a calendar unit in a zone, that instant included, to the read. */
export interface Calendar {
  readonly unit: CalendarUnit;
  readonly zone: string;
}

/**
 * `over: calendar('day', 'Europe/Berlin')`: since local midnight.
 * @param zone an IANA name; its offsets come from the table that skewless ships
 */
export function calendar(unit: CalendarUnit, zone: string): Calendar {
  return { unit, zone };
}
