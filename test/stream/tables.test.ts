import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changesOf, decimal, entity, features, int, table, timestamp } from '../../dsl/index.ts';
import type { ChangesPlan, Expr, SourceColumn, TablePlan } from '../../generator/ir/index.ts';
import { Oracle } from '../../testing/oracle.ts';
import { Engine } from '../../runtime/index.ts';
import type { SourceRecord } from '../../runtime/index.ts';
import { loadProgram } from './support/load.ts';
import { column, columnExpr, equals, group, program, window } from './support/plan.ts';
import type { FeatureSketch } from './support/plan.ts';
import { Random } from './support/random.ts';

const SECOND = 1_000_000;
const START = Date.UTC(2024, 4, 1) * 1000;

const orders = table('orders', {
  schema: z.object({
    id: int(),
    user_id: int().nullable(),
    amount: decimal(10, 2).nullable(),
    score: z.number().nullable(),
    status: z.enum(['new', 'paid', 'sent']),
    at: timestamp().nullable(),
  }),
  primaryKey: 'id',
  time: 'at',
});
const orderChanges = changesOf(orders);
const user = entity('user', { user_id: int() });
const order = entity('order', { id: int() });

const declaredUser = features('user_orders', {
  entity: user,
  lookback: '20s',
  features: {
    orders: orders.count(),
    paid_10s: orders.count({ where: o => o.status === 'paid', over: '10s' }),
    amount: orders.sum(o => o.amount, { default: 0 }),
    mean_30s: orders.avg(o => o.amount, { over: '30s', delay: '2s' }),
    score_sum: orders.sum(o => o.score),
    score_dev: orders.stddev(o => o.score),
    amount_var: orders.variance(o => o.amount, { population: true, over: '60s', refresh: '7s' }),
    // Sees the rows of an instant that no read may ask for any more.
    by_minute: orders.sum(o => o.amount, { over: '5m', refresh: '1m' }),
    top: orders.topK(2, o => o.status),
    common: orders.mode(o => o.status),
    first: orders.first(o => o.id),
    last: orders.last(o => o.id, { where: o => o.status === 'paid' }),
    last_2: orders.last(2, o => o.status, { last: 3 }),
    kinds: orders.distinct(o => o.status, { over: '30s', step: '5s' }),
    kinds_count: orders.countDistinct(o => o.status),
    most: orders.max(o => o.amount),
    least: orders.min(o => o.status),
    half: orders.percentile(o => o.amount, 0.5),
    disc: orders.percentile(o => o.amount, 0.9, { method: 'disc', over: '30s', bounds: '[]' }),
    since: orders.timeSince(),
    between: orders.timeBetween(),
    changed: orders.changes(o => o.status, { over: '30s' }),
    near: orders.approxCountDistinct(o => o.amount),
    p90: orders.approxPercentile(o => o.amount, 0.9),
    edits: orderChanges.count(),
    edits_10s: orderChanges.count({ over: '10s', where: c => c.op === 'u' }),
    last_op: orderChanges.last(c => c.op),
    ops: orderChanges.last(5, c => c.op),
  },
});
const declaredOrder = features('order_row', {
  entity: order,
  lookback: '20s',
  features: { status: orders.latest(o => o.status), amount: orders.latest(o => o.amount, { default: -1 }) },
});

const cells = {
  id: column('id', { kind: 'int' }),
  user_id: column('user_id', { kind: 'int' }, true),
  amount: column('amount', { kind: 'decimal', precision: 10, scale: 2 }, true),
  score: column('score', { kind: 'double' }, true),
  status: column('status', { kind: 'enum', values: ['new', 'paid', 'sent'] }),
  at: column('at', { kind: 'timestamp' }, true),
} satisfies Record<string, SourceColumn>;

const of = (name: keyof typeof cells): Expr => columnExpr(cells[name]);
const base = { doc: null, owner: null, tags: [], origin: { file: 'features/test.ts', line: 1 } } as const;
const tablePlan: TablePlan = {
  kind: 'table',
  arrival: 'log',
  name: 'orders',
  columns: Object.values(cells),
  primaryKey: ['id'],
  uniqueKeys: [],
  time: 'at',
  topics: [],
  ...base,
};
const changesPlan: ChangesPlan = {
  kind: 'changes',
  name: 'orders_changes',
  table: 'orders',
  columns: tablePlan.columns,
  ...base,
};

const amount = of('amount');
const status = of('status');
const score = of('score');
const paid = equals(status, 'paid');
const over = (seconds: number, more = {}) => window(seconds * SECOND, more);
const sketches: readonly FeatureSketch[] = [
  { name: 'orders', aggregate: { kind: 'count' }, window: window(null) },
  { name: 'paid_10s', aggregate: { kind: 'count' }, filter: paid, window: over(10) },
  { name: 'amount', aggregate: { kind: 'sum' }, input: amount, window: window(null), default: 0 },
  { name: 'mean_30s', aggregate: { kind: 'avg' }, input: amount, window: over(30, { delay: 2 * SECOND }) },
  { name: 'score_sum', aggregate: { kind: 'sum' }, input: score, window: window(null) },
  {
    name: 'score_dev',
    aggregate: { kind: 'stddev', population: false, scale: 6 },
    input: score,
    window: window(null),
  },
  {
    name: 'amount_var',
    aggregate: { kind: 'variance', population: true, scale: 6 },
    input: amount,
    window: over(60, { refresh: 7 * SECOND }),
  },
  {
    name: 'by_minute',
    aggregate: { kind: 'sum' },
    input: amount,
    window: over(300, { refresh: 60 * SECOND }),
  },
  { name: 'top', aggregate: { kind: 'topK', k: 2 }, input: status, window: window(null) },
  { name: 'common', aggregate: { kind: 'mode' }, input: status, window: window(null) },
  { name: 'first', aggregate: { kind: 'first' }, input: of('id'), window: window(null) },
  { name: 'last', aggregate: { kind: 'last' }, input: of('id'), filter: paid, window: window(null) },
  { name: 'last_2', aggregate: { kind: 'lastN', n: 2 }, input: status, window: window(null, { last: 3 }) },
  {
    name: 'kinds',
    aggregate: { kind: 'distinctList' },
    input: status,
    window: over(30, { step: 5 * SECOND }),
  },
  { name: 'kinds_count', aggregate: { kind: 'countDistinct' }, input: status, window: window(null) },
  { name: 'most', aggregate: { kind: 'max' }, input: amount, window: window(null) },
  { name: 'least', aggregate: { kind: 'min' }, input: status, window: window(null) },
  {
    name: 'half',
    aggregate: { kind: 'percentile', p: 0.5, method: 'cont' },
    input: amount,
    window: window(null),
  },
  {
    name: 'disc',
    aggregate: { kind: 'percentile', p: 0.9, method: 'disc' },
    input: amount,
    window: over(30, { bounds: '[]' }),
  },
  { name: 'since', aggregate: { kind: 'timeSince', unit: SECOND }, window: window(null) },
  { name: 'between', aggregate: { kind: 'timeBetween', unit: SECOND }, window: window(null) },
  { name: 'changed', aggregate: { kind: 'changes' }, input: status, window: over(30) },
  { name: 'near', aggregate: { kind: 'approxCountDistinct' }, input: amount, window: window(null) },
  { name: 'p90', aggregate: { kind: 'approxPercentile', p: 0.9 }, input: amount, window: window(null) },
];
const op: Expr = { kind: 'column', path: ['op'], type: { kind: 'text' }, nullable: false };
const image = (side: 'before' | 'after'): Expr => ({
  kind: 'column',
  path: [side, 'user_id'],
  type: { kind: 'int' },
  nullable: true,
});
const changeKey: Expr = {
  kind: 'coalesce',
  value: image('after'),
  otherwise: image('before'),
  type: { kind: 'int' },
  nullable: true,
};
const changeSketches: readonly FeatureSketch[] = [
  { name: 'edits', aggregate: { kind: 'count' }, window: window(null) },
  { name: 'edits_10s', aggregate: { kind: 'count' }, filter: equals(op, 'u'), window: over(10) },
  { name: 'last_op', aggregate: { kind: 'last' }, input: op, window: window(null) },
  { name: 'ops', aggregate: { kind: 'lastN', n: 5 }, input: op, window: window(null) },
];

function userGroup() {
  const rows = group('user_orders', tablePlan, [cells.user_id], sketches, { lookback: 20 * SECOND });
  const changes = group('user_orders', changesPlan, [cells.user_id], changeSketches);
  return {
    ...rows,
    feeds: [rows.feeds[0]!, { ...changes.feeds[0]!, keys: [changeKey] }],
    aggregates: [...rows.aggregates, ...changes.aggregates.map(plan => ({ ...plan, feed: 1 }))],
    features: [...rows.features, ...changes.features],
  };
}

const orderGroup = group(
  'order_row',
  tablePlan,
  [cells.id],
  [
    { name: 'status', aggregate: { kind: 'latest' }, input: status, window: window(null) },
    { name: 'amount', aggregate: { kind: 'latest' }, input: amount, window: window(null), default: -1 },
  ],
  { lookback: 20 * SECOND },
);

const loaded = await loadProgram(
  program({ sources: [tablePlan, changesPlan], groups: [userGroup(), orderGroup] }),
);
const rowsAlone = await loadProgram(
  program({
    sources: [tablePlan],
    groups: [group('user_orders', tablePlan, [cells.user_id], sketches, { lookback: 20 * SECOND })],
  }),
);

/** @param mixed keys move between partitions, LSNs are sometimes missing, truncates happen */
function randomChange(random: Random, now: number, lsn: number, mixed: boolean): Record<string, unknown> {
  const commit = now - (mixed && random.chance(0.2) ? random.below(5) * SECOND : 0);
  const source: Record<string, unknown> = random.chance(0.5)
    ? { ts_us: commit }
    : { ts_ms: Math.floor(commit / 1000) };
  if (!mixed || random.chance(0.8))
    source['lsn'] = random.chance(0.2) ? Math.max(0, lsn - random.below(4)) : lsn;
  const row = {
    id: 1 + random.below(6),
    user_id: random.chance(0.1) ? null : 1 + random.below(2),
    amount: random.chance(0.2) ? null : random.below(500) / 100,
    score: random.chance(0.2) ? null : random.next() - 0.5,
    status: random.pick(['new', 'paid', 'sent']),
    at: random.chance(0.1) ? null : now - random.below(40) * SECOND,
  };
  const kind = random.below(20);
  if (mixed && kind === 0) return { op: 't', source };
  if (kind < 4) return { op: 'd', before: random.chance(0.5) ? { id: row.id } : row, after: null, source };
  if (kind < 6)
    return { op: 'u', before: null, after: { ...row, user_id: '__debezium_unavailable_value' }, source };
  return { op: random.pick(['c', 'u', 'r']), before: null, after: row, source };
}

async function run(seed: number, mixed: boolean, withChanges: boolean): Promise<void> {
  const random = new Random(seed);
  const chosen = withChanges ? loaded : rowsAlone;
  let engine = new Engine(chosen);
  const records: SourceRecord[] = [];
  const offsets = [0, 0];
  let now = START;
  let clock = -Infinity;
  for (let i = 0; i < 90; i += 1) {
    now += random.below(3) * SECOND + random.below(2);
    const partition = mixed ? random.below(2) : 0;
    const value = randomChange(random, now, i, mixed);
    const record = { source: 'orders', partition, offset: offsets[partition]!++, arrivedAt: now, value };
    records.push(record);
    expect(engine.ingest(record), `seed ${seed}: ${JSON.stringify(value)}`).toEqual({ kind: 'counted' });
    if (random.chance(0.2)) {
      engine.tick(now);
      clock = Math.max(clock, now);
    }
    if (random.chance(0.05)) engine = Engine.restore(chosen, engine.save());
    if (!random.chance(0.25)) continue;
    const oracle = new Oracle(records, [declaredUser, declaredOrder]);
    const t = Math.max(now - random.below(15) * SECOND, clock - 20 * SECOND);
    clock = Math.max(clock, t);
    const before = random.chance(0.3);
    for (const user_id of [1, 2, 3]) {
      const got = engine.readGroup('user_orders', { user_id }, t, { before });
      const wanted = oracle.readGroup(declaredUser, { user_id }, t, { before });
      const names = Object.keys(got);
      expect(got, `seed ${seed}, row ${i}, user ${user_id}`).toEqual(
        Object.fromEntries(names.map(name => [name, wanted[name]])),
      );
    }
    if (!withChanges) continue;
    for (const id of [1, 2, 3, 7]) {
      const wanted = oracle.readGroup(declaredOrder, { id }, t, { before });
      expect(
        engine.readGroup('order_row', { id }, t, { before }),
        `seed ${seed}, row ${i}, order ${id}`,
      ).toEqual(wanted);
    }
  }
}

describe('tables', () => {
  const seeds = Array.from({ length: 5 }, (_, i) => 300 + i);

  it.each(seeds)('in one partition equal the oracle, seed %i', async seed => run(seed, false, false));

  it.each(seeds)('with their changes equal it too, seed %i', async seed => run(seed, false, true));

  it.each(seeds)('across partitions, with truncates and without LSNs, seed %i', async seed =>
    run(seed, true, true),
  );
});
