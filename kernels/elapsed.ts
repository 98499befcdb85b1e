// Hot path.
import {
  MICROSECONDS_PER_DAY,
  MICROSECONDS_PER_HOUR,
  MICROSECONDS_PER_MINUTE,
  MICROSECONDS_PER_SECOND,
} from './instant.ts';
import type { Instant } from './instant.ts';

// Elapsed time from `a` to `b`, negative when b is earlier: the whole microseconds between them, divided once.

export function secondsBetween(a: Instant, b: Instant): number {
  return (b - a) / MICROSECONDS_PER_SECOND;
}

export function minutesBetween(a: Instant, b: Instant): number {
  return (b - a) / MICROSECONDS_PER_MINUTE;
}

export function hoursBetween(a: Instant, b: Instant): number {
  return (b - a) / MICROSECONDS_PER_HOUR;
}

/** Days of 24 hours; for local midnights see `calendarDaysBetween`. */
export function daysBetween(a: Instant, b: Instant): number {
  return (b - a) / MICROSECONDS_PER_DAY;
}
