// Hot path. Where windows end (semantics §4).
import { startOfUnit } from '../../kernels/calendar.ts';
import type { CalendarUnit } from '../../kernels/calendar.ts';
import type { Instant } from '../../kernels/instant.ts';

/** ⌊t / step⌋ · step, toward −∞, exact. */
export function floorTo(t: number, step: number): number {
  const rest = t % step;
  return rest < 0 ? t - rest - step : t - rest + 0;
}

/** The start of the calendar unit that holds t, in a zone. */
export function calendarStart(unit: CalendarUnit, t: number, zone: string): number {
  return startOfUnit[unit](t as Instant, zone);
}
