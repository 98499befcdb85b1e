// Hot path: every event time of every record passes here.
import { daysFromCivil, civilFromDays, daysInMonth } from './civil.ts';

declare const instantBrand: unique symbol;

/**
 * An instant: integer microseconds since 1970-01-01T00:00:00Z, a safe integer (years 1684 to 2255).
 *
 * It may be used as a number; a plain number is not an instant until {@link instantFromMicroseconds} says so.
 */
export type Instant = number & { readonly [instantBrand]: 'Instant' };

export const MICROSECONDS_PER_SECOND = 1_000_000;
export const MICROSECONDS_PER_MINUTE = 60_000_000;
export const MICROSECONDS_PER_HOUR = 3_600_000_000;
export const MICROSECONDS_PER_DAY = 86_400_000_000;

/** @throws RangeError when `microseconds` is no safe integer. */
export function instantFromMicroseconds(microseconds: number): Instant {
  if (!Number.isSafeInteger(microseconds)) {
    throw new RangeError(`an instant is a safe integer of microseconds, not ${microseconds}`);
  }
  return (microseconds + 0) as Instant;
}

const ZERO = 48;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const COLON = 58;
const SPACE = 32;
const LETTER_T = 84;
const LETTER_Z = 90;

/**
 * Reads ISO 8601 as `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`; a space may stand for the T.
 *
 * Null for all else: no offset, a day the calendar does not have, 24:00, second 60, an offset above 15:59
 * (PostgreSQL's bound), an instant beyond the safe integers. A fraction has 1 to 9 digits; what would fall
 * below the microsecond must be zeros, since an instant that is not the one written would be worse than none.
 */
export function parseInstant(text: string): Instant | null {
  const length = text.length;
  if (length < 20 || length > 35) return null;
  const separator = text.charCodeAt(10);
  if (
    text.charCodeAt(4) !== MINUS ||
    text.charCodeAt(7) !== MINUS ||
    (separator !== LETTER_T && separator !== SPACE) ||
    text.charCodeAt(13) !== COLON ||
    text.charCodeAt(16) !== COLON
  ) {
    return null;
  }
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if ((century | yearOfCentury | month | day | hour | minute | second) < 0) return null;
  const year = century * 100 + yearOfCentury;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  if (day > 28 && day > daysInMonth(year, month)) return null;

  let at = 19;
  let fraction = 0;
  if (text.charCodeAt(at) === POINT) {
    at += 1;
    const start = at;
    let unit = 100_000;
    for (; at < length; at += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      if (unit === 0 && digit !== 0) return null;
      fraction += digit * unit;
      unit = (unit / 10) | 0;
    }
    if (at === start || at - start > 9) return null;
  }

  let offsetSeconds = 0;
  const sign = text.charCodeAt(at);
  if (sign === LETTER_Z) {
    if (at + 1 !== length) return null;
  } else {
    if ((sign !== PLUS && sign !== MINUS) || at + 6 !== length || text.charCodeAt(at + 3) !== COLON)
      return null;
    const offsetHour = twoDigits(text, at + 1);
    const offsetMinute = twoDigits(text, at + 4);
    if (offsetHour < 0 || offsetHour > 15 || offsetMinute < 0 || offsetMinute > 59) return null;
    offsetSeconds = (offsetHour * 3600 + offsetMinute * 60) * (sign === PLUS ? 1 : -1);
  }

  const seconds =
    daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offsetSeconds;
  const microseconds = seconds * MICROSECONDS_PER_SECOND + fraction;
  return Number.isSafeInteger(microseconds) ? (microseconds as Instant) : null;
}

/** The number two digits spell at `at`, or −1. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** ISO 8601 in UTC with six digits of fraction: `2024-02-29T23:59:59.000001Z`. */
export function formatInstant(instant: Instant): string {
  const day = Math.floor(instant / MICROSECONDS_PER_DAY);
  if (day !== lastDay) {
    lastDate = dateText(day);
    lastDay = day;
  }
  const inDay = instant - day * MICROSECONDS_PER_DAY;
  const minutes = (inDay / MICROSECONDS_PER_MINUTE) | 0;
  const inMinute = inDay - minutes * MICROSECONDS_PER_MINUTE;
  const milliseconds = (inMinute / 1000) | 0;
  const seconds = (milliseconds / 1000) | 0;
  return (
    lastDate +
    HOURS_AND_MINUTES[minutes]! +
    SECONDS[seconds]! +
    THREE_DIGITS[milliseconds - seconds * 1000]! +
    THREE_DIGITS[inMinute - milliseconds * 1000]! +
    'Z'
  );
}

/** Instants that are written one after the other are mostly of one day. */
let lastDay = NaN;
let lastDate = '';

function dateText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T`;
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** `hh:mm:` of each minute of a day. */
const HOURS_AND_MINUTES = Array.from(
  { length: 24 * 60 },
  (_, minute) => `${digits(Math.floor(minute / 60), 2)}:${digits(minute % 60, 2)}:`,
);
/** `ss.` */
const SECONDS = Array.from({ length: 60 }, (_, second) => `${digits(second, 2)}.`);
const THREE_DIGITS = Array.from({ length: 1000 }, (_, value) => digits(value, 3));
