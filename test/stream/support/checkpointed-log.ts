import type { Program, TablePlan } from '../../../generator/ir/index.ts';
import type { SourceRecord } from '../../../runtime/index.ts';
import { columns, randomRow, toWire } from './events.ts';
import { column, columnExpr, group, program, stream, window } from './plan.ts';
import type { Random } from './random.ts';
import { randomFeatures, SECOND } from './random-features.ts';

/** A program whose state has all that a checkpoint may hold, and a log for it. */

const numbered = column('number', { kind: 'int' }, true);
const named = column('name', { kind: 'text' }, true);

/** Two streams of one shape: ids that are numbers, and ids that are texts. */
const streams = [
  stream('numbered', [...Object.values(columns), numbered], {
    id: { column: 'number', horizon: 5 * SECOND },
    lateness: 100 * SECOND,
  }),
  stream('named', [...Object.values(columns), named], { id: { column: 'name', horizon: 5 * SECOND } }),
] as const;

const id = column('id', { kind: 'int' });
const label = column('label', { kind: 'text' }, true);
const amount = column('amount', { kind: 'decimal', precision: 10, scale: 2 }, true);
const orders: TablePlan = {
  kind: 'table',
  arrival: 'log',
  name: 'orders',
  columns: [id, label, amount],
  primaryKey: ['id'],
  uniqueKeys: [],
  time: null,
  topics: [],
  doc: null,
  owner: null,
  tags: [],
  origin: { file: 'features/test.ts', line: 1 },
};

/** Groups keyed by a number, a text, and by two parts; one over a table. */
export function checkpointedProgram(random: Random): Program {
  const lookback = 5 * SECOND;
  const sketches = (most: number) => randomFeatures(random, most).map(feature => feature.sketch);
  const brief = [
    { name: 'n', aggregate: { kind: 'count' }, window: window(SECOND) },
    {
      name: 'last',
      aggregate: { kind: 'last' },
      input: columnExpr(columns.session),
      window: window(2 * SECOND),
    },
  ] as const;
  return program({
    sources: [...streams, orders],
    groups: [
      group('user', streams[0], [columns.user_id], sketches(random.chance(0.3) ? Infinity : 4), { lookback }),
      group('session', streams[1], [columns.session], sketches(3), { lookback }),
      // Of these keys nothing is left soon: they come and go.
      group('visit', streams[0], [columns.ref, columns.kind], brief, { lookback }),
      group('number', streams[0], [numbered], brief, { lookback }),
      group(
        'label',
        orders,
        [label],
        [
          { name: 'orders', aggregate: { kind: 'count' }, window: window(null) },
          { name: 'amount', aggregate: { kind: 'sum' }, input: columnExpr(amount), window: window(null) },
          { name: 'ids', aggregate: { kind: 'lastN', n: 5 }, input: columnExpr(id), window: window(null) },
        ],
        { lookback },
      ),
    ],
  });
}

/** All keys that the log may hold, by group. */
export const keysOf: Readonly<Record<string, readonly Record<string, string | number>[]>> = {
  user: [1, 2, 3, 4, 5].map(user_id => ({ user_id })),
  session: ['a', 'b', 'é', 'z', '\u{1f600}', '\uffee', 'long text that is not short', ''].map(session => ({
    session,
  })),
  visit: [0, 1, 2, 3].flatMap(n =>
    ['click', 'view', 'purchase'].map(kind => ({ ref: `0000000${n}-0000-4000-8000-000000000000`, kind })),
  ),
  number: Array.from({ length: 40 }, (_, number) => ({ number })),
  label: ['x', 'y', 'z'].map(label => ({ label })),
};

/** Draws the next record of a log whose time runs on. */
export function checkpointedLog(
  random: Random,
): () => { readonly now: number; readonly record: SourceRecord } {
  let now = Date.UTC(2024, 4, 1, 11, 44, 50) * 1000;
  const offsets = new Map<string, number>();
  return () => {
    now += random.below(3) * random.pick([1, SECOND / 4]);
    const source = random.pick(['numbered', 'numbered', 'named', 'orders']);
    const partition = random.below(source === 'orders' ? 1 : 3);
    const place = `${source}/${partition}`;
    const offset = (offsets.get(place) ?? -1) + 1 + random.below(2);
    offsets.set(place, offset);
    const value = source === 'orders' ? change(random, now, offset) : event(random, now, source);
    return { now, record: { source, partition, offset, arrivedAt: now, value } };
  };
}

function event(random: Random, now: number, source: string): unknown {
  const late = random.chance(0.3) ? random.below(random.pick([1, 40, 200])) * SECOND : 0;
  const row = toWire(randomRow(random, now - late, 5));
  if (random.chance(0.02)) return 'no row at all';
  const repeated = random.below(40);
  return source === 'named'
    ? { ...row, name: random.chance(0.1) ? null : `id ${repeated}` }
    : { ...row, number: random.chance(0.1) ? null : repeated };
}

function change(random: Random, now: number, lsn: number): unknown {
  const row = {
    id: random.below(12),
    label: random.chance(0.1) ? null : random.pick(['x', 'y', 'z']),
    amount: (random.below(1000) / 100).toFixed(2),
  };
  const source = { lsn, ts_us: now };
  if (random.chance(0.02)) return { op: 't', source };
  if (random.chance(0.15)) return { op: 'd', before: row, after: null, source };
  return { op: random.pick(['c', 'u', 'r']), before: null, after: row, source };
}
