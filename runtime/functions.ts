// The kernels as generated code calls them: an instant is a plain number there.
import * as calendar from '../kernels/calendar.ts';
import * as elapsed from '../kernels/elapsed.ts';

type OfTwo = (a: number, b: number) => number;
type InZone = (t: number, zone: string) => number;

export { exp } from '../kernels/exponential.ts';
export { log, log10, log1p } from '../kernels/logarithm.ts';
export { pow } from '../kernels/power.ts';
export {
  asciiLower,
  asciiUpper,
  textAfter,
  textBefore,
  textLength,
  textLess,
  textReplace,
  textSlice,
} from '../kernels/text.ts';

export const secondsBetween = elapsed.secondsBetween as OfTwo;
export const minutesBetween = elapsed.minutesBetween as OfTwo;
export const hoursBetween = elapsed.hoursBetween as OfTwo;
export const daysBetween = elapsed.daysBetween as OfTwo;
export const calendarDaysBetween = calendar.calendarDaysBetween as (
  a: number,
  b: number,
  zone: string,
) => number;
export const hourOfDay = calendar.hourOfDay as InZone;
export const minuteOfHour = calendar.minuteOfHour as InZone;
export const dayOfWeek = calendar.dayOfWeek as InZone;
export const dayOfMonth = calendar.dayOfMonth as InZone;
export const monthOfYear = calendar.monthOfYear as InZone;
export const yearOf = calendar.yearOf as InZone;
export const startOfHour = calendar.startOfHour as (t: never, zone: string) => number as InZone;
export const startOfDay = calendar.startOfDay as (t: never, zone: string) => number as InZone;
export const startOfWeek = calendar.startOfWeek as (t: never, zone: string) => number as InZone;
export const startOfMonth = calendar.startOfMonth as (t: never, zone: string) => number as InZone;
export const startOfQuarter = calendar.startOfQuarter as (t: never, zone: string) => number as InZone;
export const startOfYear = calendar.startOfYear as (t: never, zone: string) => number as InZone;

/** `x` where it is a finite number, `otherwise` where it is not, or is null. */
export function finite(x: number | null, otherwise: number): number {
  return x !== null && Number.isFinite(x) ? x : otherwise;
}
