import type { Duration } from '../dsl/index.ts';
import { startOfUnit } from '../kernels/calendar.ts';
import type { Instant } from '../kernels/instant.ts';
import type { AnyAggregation } from './feature.ts';
import { length } from './stream-rows.ts';

/** Where the rows of a feature lie for one read (semantics §4). Both ends belong to it. */
export interface Window {
  /** The instant the feature sees: t, or t' with `refresh`. */
  readonly at: Instant;
  readonly from: number;
  readonly to: number;
  /** Whether rows without time are in it: a lifetime feature without delay. */
  readonly timeless: boolean;
}

const floor = (t: number, step: number): number => t - (((t % step) + step) % step);

/** @param before the read before t: the right end is open (§4) */
export function windowAt(options: AnyAggregation['options'], t: number, before: boolean): Window {
  if (options.ahead !== undefined) return windowAhead(options.ahead, options.bounds, before ? t - 1 : t);
  const { over, bounds } = options;
  const at = (options.refresh === undefined ? t : floor(t, length(options.refresh))) as Instant;
  const delay = options.delay === undefined ? 0 : length(options.delay);
  let to = at - delay;
  let from: number;
  if (over === undefined) {
    from = -Infinity;
  } else if (typeof over === 'object') {
    // Rule 13: the start of a calendar unit belongs to it, unless bounds say otherwise.
    from = startOfUnit[over.unit](to as Instant, over.zone) + (bounds?.startsWith('(') ? 1 : 0);
  } else {
    let tail = to - length(over);
    if (options.step !== undefined) {
      tail = floor(tail, length(options.step));
      if (delay > 0) to = floor(to, length(options.step));
    }
    from = tail + (bounds?.startsWith('[') ? 0 : 1);
  }
  const open = before || bounds?.endsWith(')') === true;
  return { at, from, to: open ? to - 1 : to, timeless: over === undefined && delay === 0 };
}

/** Rule 47: a label sees what follows the read, or what follows the instant before it. */
function windowAhead(ahead: Duration, bounds: AnyAggregation['options']['bounds'], at: number): Window {
  const from = bounds?.startsWith('[') ? at : at + 1;
  const end = at + length(ahead);
  return { at: at as Instant, from, to: bounds?.endsWith(')') ? end - 1 : end, timeless: false };
}
