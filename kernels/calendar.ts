// Hot path.
// Calendars and wall clocks in a named zone. A unit (an hour of the clock, a day, a week …) starts at the first
// instant whose local date and time lie in it; weeks start on Monday. So where clocks skip midnight, the day
// starts at the instant of the jump; where midnight comes twice, at the first one.
//
//   America/Sao_Paulo 2018-11-04: 00:00 → 01:00    startOfDay = 03:00:00Z, which the clock reads as 01:00
//   America/Havana 2023-11-05: 01:00 → 00:00       startOfDay = 04:00:00Z, the first of two midnights
import { civilFromDays, daysFromCivil, isoWeekday } from './civil.ts';
import { MICROSECONDS_PER_DAY, MICROSECONDS_PER_HOUR, MICROSECONDS_PER_MINUTE } from './instant.ts';
import type { Instant } from './instant.ts';
import { localTime, segmentAt, zoneOf } from './zone.ts';
import type { Zone } from './zone.ts';

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** Local days since 1970-01-01. */
function localDay(instant: Instant, zone: string): number {
  return Math.floor(localTime(instant, zoneOf(zone)) / MICROSECONDS_PER_DAY);
}

/** Hour of the local clock, 0–23. */
export function hourOfDay(instant: Instant, zone: string): number {
  const hours = Math.floor(localTime(instant, zoneOf(zone)) / MICROSECONDS_PER_HOUR);
  return hours - Math.floor(hours / 24) * 24;
}

/** Minute of the local clock, 0–59. */
export function minuteOfHour(instant: Instant, zone: string): number {
  const minutes = Math.floor(localTime(instant, zoneOf(zone)) / MICROSECONDS_PER_MINUTE);
  return minutes - Math.floor(minutes / 60) * 60;
}

/** ISO: 1 = Monday … 7 = Sunday. */
export function dayOfWeek(instant: Instant, zone: string): number {
  return isoWeekday(localDay(instant, zone));
}

/** 1–31. */
export function dayOfMonth(instant: Instant, zone: string): number {
  return civilFromDays(localDay(instant, zone)).day;
}

/** 1–12. */
export function monthOfYear(instant: Instant, zone: string): number {
  return civilFromDays(localDay(instant, zone)).month;
}

export function yearOf(instant: Instant, zone: string): number {
  return civilFromDays(localDay(instant, zone)).year;
}

/** Local midnights from `a` to `b`: the difference of the two local dates, negative when b's is earlier. */
export function calendarDaysBetween(a: Instant, b: Instant, zone: string): number {
  return localDay(b, zone) - localDay(a, zone);
}

export function startOfHour(instant: Instant, zone: string): Instant {
  const of = zoneOf(zone);
  const hour = Math.floor(localTime(instant, of) / MICROSECONDS_PER_HOUR);
  return firstInstantAt(hour * MICROSECONDS_PER_HOUR, of);
}

export function startOfDay(instant: Instant, zone: string): Instant {
  return startOfLocalDay(localDay(instant, zone), zone);
}

/** Monday's start. */
export function startOfWeek(instant: Instant, zone: string): Instant {
  const day = localDay(instant, zone);
  return startOfLocalDay(day - isoWeekday(day) + 1, zone);
}

export function startOfMonth(instant: Instant, zone: string): Instant {
  const { year, month } = civilFromDays(localDay(instant, zone));
  return startOfLocalDay(daysFromCivil(year, month, 1), zone);
}

/** Quarters start in January, April, July and October. */
export function startOfQuarter(instant: Instant, zone: string): Instant {
  const { year, month } = civilFromDays(localDay(instant, zone));
  return startOfLocalDay(daysFromCivil(year, month - ((month - 1) % 3), 1), zone);
}

export function startOfYear(instant: Instant, zone: string): Instant {
  return startOfLocalDay(daysFromCivil(yearOf(instant, zone), 1, 1), zone);
}

/** The start of a unit by its name, for windows over a calendar. */
export const startOfUnit: Readonly<Record<CalendarUnit, (instant: Instant, zone: string) => Instant>> = {
  hour: startOfHour,
  day: startOfDay,
  week: startOfWeek,
  month: startOfMonth,
  quarter: startOfQuarter,
  year: startOfYear,
};

function startOfLocalDay(day: number, zone: string): Instant {
  return firstInstantAt(day * MICROSECONDS_PER_DAY, zoneOf(zone));
}

/**
 * The first instant at which the local clock shows `local` or later. No clock is two days off UTC, so the search
 * starts at the offset of two days before: in each offset's span it is local − offset, or the span's start when
 * the jump passed over it.
 */
function firstInstantAt(local: number, zone: Zone): Instant {
  const { from, offset } = zone;
  let segment = segmentAt(zone, Math.max(local - 2 * MICROSECONDS_PER_DAY, Number.MIN_SAFE_INTEGER));
  for (;;) {
    const instant = Math.max(from[segment]!, local - offset[segment]!);
    segment += 1;
    if (segment === from.length || instant < from[segment]!) return instant as Instant;
  }
}
