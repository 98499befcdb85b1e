import type { WindowPlan } from '../../ir/index.ts';
import { quote } from '../../emit/file.ts';
import type { Imports } from './module-text.ts';

/** The ends of a window as JavaScript over `t`; `open` is 1 in a read before t, and 0 otherwise. */
export interface WindowEdges {
  /** The instant the feature sees: t, or t rounded down to its refresh. */
  readonly at: string;
  /** Rows up to and with this instant are in the window; null: from the beginning. */
  readonly low: string | null;
  /** Rows up to and with this instant are in the window. */
  readonly high: string;
  /** Whether the low end may lie past the high one. */
  readonly mayCross: boolean;
  /** At or before this instant no read at t or later sees a row in the window. */
  readonly horizon: string;
}

/** Semantics §4 and §10, rules 11–13: instants are whole, so an end that is left out is the one before it. */
export function windowEdges(window: WindowPlan, imports: Imports): WindowEdges {
  const { over, step, delay, bounds, refresh } = window;
  const floor = (text: string, length: number): string => `${imports.value('floorTo')}(${text}, ${length})`;
  const at = refresh === null ? 't' : floor('t', refresh);
  const end = delay === 0 ? at : `${at} - ${delay}`;
  const stepped = step !== null && delay > 0 ? floor(end, step) : end;
  const high = bounds.endsWith(')') ? `${stepped} - 1` : `${stepped} - open`;
  if (over.kind === 'lifetime') return { at, low: null, high, mayCross: false, horizon: `${stepped} - 1` };
  if (over.kind === 'calendar') {
    const start = `${imports.value('calendarStart')}(${quote(over.unit)}, ${end}, ${quote(over.zone)})`;
    const low = bounds.startsWith('[') ? `${start} - 1` : start;
    return { at, low, high, mayCross: true, horizon: low };
  }
  const tail = `${end} - ${over.length}`;
  const from = step === null ? tail : floor(tail, step);
  const low = bounds.startsWith('[') ? `${from} - 1` : from;
  return { at, low, high, mayCross: false, horizon: low };
}

/** As the semantics write it: `(t − 7d, t]`. */
export function windowInWords(window: WindowPlan): string {
  const { over, step, delay, bounds, refresh, last } = window;
  const t = refresh === null ? 't' : `⌊t / ${duration(refresh)}⌋`;
  const end = delay === 0 ? t : `${t} − ${duration(delay)}`;
  const parts = {
    lifetime: () => `(−∞, ${end}${bounds[1]}`,
    calendar: () =>
      `${bounds[0]}start of ${over.kind === 'calendar' ? `${over.unit} in ${over.zone}` : ''}, ${end}${bounds[1]}`,
    duration: () =>
      `${bounds[0]}${end} − ${over.kind === 'duration' ? duration(over.length) : ''}, ${end}${bounds[1]}`,
  };
  const stepped = step === null ? '' : `, in steps of ${duration(step)}`;
  return `${last === null ? '' : `the last ${last} of `}${parts[over.kind]()}${stepped}`;
}

function duration(us: number): string {
  for (const [unit, length] of [
    ['d', 86_400_000_000],
    ['h', 3_600_000_000],
    ['m', 60_000_000],
    ['s', 1_000_000],
    ['ms', 1_000],
  ] as const) {
    if (us % length === 0) return `${us / length}${unit}`;
  }
  return `${us}us`;
}
