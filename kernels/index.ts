// What authors' lambdas may call, one kernel for every side. Units, nulls and formulas are told at each.
export type { Instant } from './instant.ts';
export { formatInstant, instantFromMicroseconds, parseInstant } from './instant.ts';
export { exp } from './exponential.ts';
export { log, log10, log1p } from './logarithm.ts';
export { pow } from './power.ts';
export {
  asciiLower,
  asciiUpper,
  compareText,
  textAfter,
  textBefore,
  textLength,
  textLess,
  textReplace,
  textSlice,
} from './text.ts';
export { daysBetween, hoursBetween, minutesBetween, secondsBetween } from './elapsed.ts';
export type { CalendarUnit } from './calendar.ts';
export {
  calendarDaysBetween,
  dayOfMonth,
  dayOfWeek,
  hourOfDay,
  minuteOfHour,
  monthOfYear,
  startOfDay,
  startOfHour,
  startOfMonth,
  startOfQuarter,
  startOfWeek,
  startOfYear,
  yearOf,
} from './calendar.ts';
export { zoneTableVersion } from './zone.ts';
