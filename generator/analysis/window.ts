import { parseDuration } from '../../dsl/index.ts';
import type { Calendar, Duration } from '../../dsl/index.ts';
import type { Ahead, AheadOptions, WindowOptions } from '../../dsl/feature.ts';
import type { Aggregate, WindowOver, WindowPlan } from '../ir/index.ts';
import { isZone, nearestZones } from '../../kernels/zone.ts';

/** The longest duration: so that any accepted instant moved by window, step and delay stays a safe integer. */
const LONGEST = parseDuration('1830d')!;

/** Told what is wrong with an option, by name. */
export type WindowProblem = (option: string, reason: string, hint: string) => void;

/** Checks a feature's window options and fills in what was left out; null when something is wrong. */
export function planWindow(
  options: WindowOptions | AheadOptions<Ahead>,
  problem: WindowProblem,
): WindowPlan | null {
  let sound = true;
  const wrong: WindowProblem = (option, reason, hint) => {
    sound = false;
    problem(option, reason, hint);
  };
  const ahead = planAhead(options, wrong);
  const over = ahead === null ? planOver(options.over, wrong) : ahead.over;
  const step = length('step', options.step, wrong);
  const delay = ahead === null ? (length('delay', options.delay, wrong) ?? 0) : ahead.delay;
  const refresh = length('refresh', options.refresh, wrong);
  if (step !== null && over?.kind !== 'duration') {
    wrong(
      'step',
      'a step moves the tail of a window of fixed length',
      "give `over` a duration, as `over: '7d', step: '1d'`",
    );
  }
  if (options.bounds !== undefined && !['(]', '[)', '[]', '()'].includes(options.bounds)) {
    wrong('bounds', `\`${String(options.bounds)}\` are no bounds`, "write one of '(]', '[)', '[]', '()'");
  }
  if (
    options.last !== undefined &&
    (!Number.isSafeInteger(options.last) || options.last < 1 || options.last > 1_000_000)
  ) {
    wrong('last', `\`${options.last}\` is no number of events`, 'write a whole number from 1 to 1000000');
  }
  if (!sound || over === null) return null;
  const bounds = options.bounds ?? (over.kind === 'calendar' ? '[]' : '(]');
  return { over, step, delay, bounds, refresh, last: options.last ?? null };
}

/** `ahead: W` is `(t, t + W]`: what `over: W` would be if it were delayed by −W. */
function planAhead(
  options: WindowOptions | AheadOptions<Ahead>,
  wrong: WindowProblem,
): { readonly over: WindowOver; readonly delay: number } | null {
  if (options.ahead === undefined) return null;
  for (const option of ['over', 'step', 'delay', 'refresh'] as const) {
    if (options[option] !== undefined) {
      wrong(
        option,
        `a label looks at all of the time ahead, and has no \`${option}\``,
        `leave out \`${option}\``,
      );
    }
  }
  const us = length('ahead', options.ahead, wrong);
  return us === null ? null : { over: { kind: 'duration', length: us }, delay: -us };
}

function planOver(over: Duration | Calendar | undefined, wrong: WindowProblem): WindowOver | null {
  if (over === undefined) return { kind: 'lifetime' };
  if (typeof over === 'string') {
    const us = length('over', over, wrong);
    return us === null ? null : { kind: 'duration', length: us };
  }
  if (!['hour', 'day', 'week', 'month', 'quarter', 'year'].includes(over.unit)) {
    wrong(
      'over',
      `\`${String(over.unit)}\` is no calendar unit`,
      'write one of hour, day, week, month, quarter, year',
    );
    return null;
  }
  if (!isZone(over.zone)) {
    wrong(
      'over',
      `\`${over.zone}\` is no time zone`,
      `did you mean ${nearestZones(over.zone).join(' or ')}?`,
    );
    return null;
  }
  return { kind: 'calendar', unit: over.unit, zone: over.zone };
}

function length(option: string, text: Duration | undefined, wrong: WindowProblem): number | null {
  if (text === undefined) return null;
  const us = parseDuration(String(text));
  if (us === null || us > LONGEST) {
    const reason = us === null ? `\`${text}\` is no duration` : `\`${text}\` is longer than 1830 days`;
    wrong(option, reason, "write a whole number and a unit, as '30m', '24h', '7d' (us, ms, s, m, h, d, w)");
    return null;
  }
  return us;
}

/** The kinds that need every row of their window: over a lifetime without end they would grow without end. */
const UNHOLDABLE = new Set<Aggregate['kind']>([
  'countDistinct',
  'changes',
  'percentile',
  'mode',
  'topK',
  'distinctList',
  'approxCountDistinct',
  'approxPercentile',
]);

/** Whether a stream can hold this aggregate over this window in bounded memory. */
export function isHoldable(aggregate: Aggregate, window: WindowPlan): boolean {
  return window.over.kind !== 'lifetime' || window.last !== null || !UNHOLDABLE.has(aggregate.kind);
}
