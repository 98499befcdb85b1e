import type { Aggregate, WindowPlan } from '../../../generator/ir/index.ts';
import { columns, filters, inputs } from './events.ts';
import type { ColumnName, EventRow } from './events.ts';
import { window } from './plan.ts';
import type { Random } from './random.ts';

const numbers: readonly ColumnName[] = ['items', 'amount', 'wide', 'score'];
const any: readonly ColumnName[] = [...numbers, 'session', 'kind', 'big', 'ref', 'flag', 'seen'];

/** Every kind with the columns it may read. */
const kinds: readonly (readonly [Aggregate, readonly ColumnName[] | null])[] = [
  [{ kind: 'count' }, null],
  [{ kind: 'countDistinct' }, any],
  [{ kind: 'sum' }, numbers],
  [{ kind: 'avg' }, numbers],
  [{ kind: 'min' }, any],
  [{ kind: 'max' }, any],
  [{ kind: 'variance', population: false, scale: 6 }, numbers],
  [{ kind: 'stddev', population: true, scale: 3 }, numbers],
  [{ kind: 'percentile', p: 0.95, method: 'cont' }, numbers],
  [{ kind: 'percentile', p: 0.5, method: 'disc' }, numbers],
  [{ kind: 'mode' }, any],
  [{ kind: 'topK', k: 2 }, any],
  [{ kind: 'first' }, any],
  [{ kind: 'last' }, any],
  [{ kind: 'lastN', n: 3 }, any],
  [{ kind: 'distinctList' }, any],
  [{ kind: 'any' }, ['flag']],
  [{ kind: 'all' }, ['flag']],
  [{ kind: 'changes' }, any],
  [{ kind: 'timeSince', unit: 1_000_000 }, null],
  [{ kind: 'timeSince', unit: 1000 }, ['seen']],
  [{ kind: 'timeBetween', unit: 1_000_000 }, null],
  [{ kind: 'timeBetween', unit: 1000 }, ['seen']],
  [{ kind: 'approxCountDistinct' }, ['items', 'amount', 'session', 'big']],
  [{ kind: 'approxPercentile', p: 0.9 }, numbers],
];
/** Kinds that a lifetime cannot hold, unless `last` bounds it. */
const unholdable = new Set([
  'countDistinct',
  'percentile',
  'mode',
  'topK',
  'distinctList',
  'approxCountDistinct',
  'approxPercentile',
  'changes',
]);

export const SECOND = 1_000_000;

function randomWindow(random: Random, kind: string): WindowPlan {
  const last = random.chance(0.2) ? 1 + random.below(4) : null;
  const delay = random.chance(0.25) ? random.pick([1, 3 * SECOND, 10 * SECOND]) : 0;
  const bounds = random.pick(['(]', '(]', '(]', '[)', '[]', '()'] as const);
  const refresh = random.chance(0.15) ? 7 * SECOND : null;
  const shape = random.below(10);
  if (shape < 3 && (last !== null || !unholdable.has(kind)))
    return window(null, { last, delay, bounds, refresh });
  if (shape === 3) {
    const over = { kind: 'calendar', unit: 'hour', zone: 'Asia/Kathmandu' } as const;
    return window(null, { over, last, delay, bounds, refresh });
  }
  const step = random.chance(0.25) ? 5 * SECOND : null;
  return window(random.pick([1, 5 * SECOND, 20 * SECOND, 60 * SECOND]), {
    last,
    delay,
    bounds,
    refresh,
    step,
  });
}

/** Features of all kinds, over `events`.
 * @param most how many features: few of them leave few columns, pins and folds standing */
export function randomFeatures(random: Random, most: number) {
  const chosen =
    most >= kinds.length ? kinds : Array.from({ length: 1 + random.below(most) }, () => random.pick(kinds));
  return chosen.map(([aggregate, columnNames], i) => {
    const name = columnNames === null ? null : random.pick(columnNames);
    const filter = random.chance(0.5) ? random.pick(filters) : null;
    return {
      sketch: {
        name: `f${i}_${aggregate.kind}`,
        aggregate,
        window: randomWindow(random, aggregate.kind),
        ...(name === null ? {} : { input: inputs[name] }),
        ...(filter === null ? {} : { filter: filter[0] }),
      },
      input: name === null ? null : (row: EventRow) => row[name],
      filter: filter === null ? null : filter[1],
      type: name === null ? null : columns[name].type,
    };
  });
}
