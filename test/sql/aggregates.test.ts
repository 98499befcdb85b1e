import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { varianceSample } from '../../kernels/moments.ts';
import type { Aggregate, AggregatePlan } from '../../generator/ir/index.ts';
import type { EventRecord, Shape } from '../../runtime/history/index.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import {
  aggregate,
  boolean,
  col,
  column,
  decimal,
  double,
  group,
  hours,
  int,
  over,
  programOf,
  seconds,
  stream,
  text,
  timestamp,
} from './plans.ts';

const events = stream('events', [
  column('user_id', int),
  column('t', timestamp),
  column('n', int, true),
  column('amount', decimal(10, 2), true),
  column('x', double, true),
  column('name', text, true),
  column('ok', boolean, true),
  column('big', { kind: 'bigint' }, true),
]);

const inputs = [
  col('n', int, true),
  col('amount', decimal(10, 2), true),
  col('x', double, true),
  col('name', text, true),
  col('ok', boolean, true),
  col('big', { kind: 'bigint' }, true),
  col('t', timestamp),
];
const inputTypes = [int, decimal(10, 2), double, text, boolean, { kind: 'bigint' } as const, timestamp];
const [N, AMOUNT, X, NAME, OK, BIG] = [0, 1, 2, 3, 4, 5];

const cases: AggregatePlan[] = [];
const expected: Record<string, unknown> = {};

function expectAggregate(
  name: string,
  kind: Aggregate,
  input: number | null,
  value: unknown,
  list = false,
  doubled = false,
): void {
  const type = doubled || input === null ? double : inputTypes[input]!;
  cases.push(
    aggregate(name, kind, list ? { kind: 'list', of: type } : type, { input, window: over(hours(1)) }),
  );
  expected[name] = value;
}
const asInt = (name: string, kind: Aggregate, input: number | null, value: number): void => {
  cases.push(aggregate(name, kind, int, { input, window: over(hours(1)) }));
  expected[name] = value;
};

// Rows of the key in the window, in order: n 3, 1, null, 3; amounts 0.10, 0.20, 0.30, null.
asInt('count', { kind: 'count' }, null, 4);
asInt('count_distinct', { kind: 'countDistinct' }, N, 2);
expectAggregate('sum_int', { kind: 'sum' }, N, 7, false, true);
expectAggregate('sum_decimal', { kind: 'sum' }, AMOUNT, 0.6, false, true);
expectAggregate('sum_double', { kind: 'sum' }, X, 0.1 + 1e10, false, true);
expectAggregate('avg_decimal', { kind: 'avg' }, AMOUNT, 0.2, false, true);
expectAggregate('avg_double', { kind: 'avg' }, X, (0.1 + 1e10) / 3, false, true);
expectAggregate('min_decimal', { kind: 'min' }, AMOUNT, 0.1);
expectAggregate('max_text', { kind: 'max' }, NAME, 'é');
expectAggregate('max_bigint', { kind: 'max' }, BIG, 9007199254740993n);
expectAggregate('variance_int', { kind: 'variance', population: false, scale: 6 }, N, 4 / 3, false, true);
expectAggregate(
  'stddev_decimal',
  { kind: 'stddev', population: true, scale: 6 },
  AMOUNT,
  Math.sqrt(600 / 90000),
  false,
  true,
);
expectAggregate(
  'variance_double',
  { kind: 'variance', population: false, scale: 1 },
  X,
  varianceSample(3, 100_000_000_001n, 10n ** 22n + 1n, 1),
  false,
  true,
);
expectAggregate('median', { kind: 'percentile', p: 0.5, method: 'cont' }, AMOUNT, 0.2, false, true);
expectAggregate('p75', { kind: 'percentile', p: 0.75, method: 'cont' }, N, 3, false, true);
expectAggregate('disc', { kind: 'percentile', p: 0.4, method: 'disc' }, AMOUNT, 0.2);
expectAggregate('mode', { kind: 'mode' }, N, 3);
expectAggregate('mode_text', { kind: 'mode' }, NAME, 'Z');
expectAggregate('top', { kind: 'topK', k: 2 }, N, [3, 1], true);
expectAggregate('top_text', { kind: 'topK', k: 2 }, NAME, ['Z', 'a'], true);
expectAggregate('first', { kind: 'first' }, NAME, 'a');
expectAggregate('last', { kind: 'last' }, AMOUNT, 0.3);
expectAggregate('last_two', { kind: 'lastN', n: 2 }, AMOUNT, [0.3, 0.2], true);
expectAggregate('distinct', { kind: 'distinctList' }, N, [3, 1], true);
expectAggregate('any', { kind: 'any' }, OK, true);
expectAggregate('all', { kind: 'all' }, OK, false);
asInt('changes', { kind: 'changes' }, N, 3);
expectAggregate('since', { kind: 'timeSince', unit: 1_000_000 }, null, 10, false, true);
expectAggregate('between', { kind: 'timeBetween', unit: 1_000_000 }, null, 0, false, true);
asInt('approx_distinct', { kind: 'approxCountDistinct' }, N, 2);
expectAggregate('approx_median', { kind: 'approxPercentile', p: 0.5 }, N, 3.0078125, false, true);

const users = group(
  'users',
  [{ name: 'user_id', type: int }],
  [{ source: 'events', keys: [col('user_id', int)], inputs, filters: [] }],
  cases,
);
const plan = programOf({ sources: [events], groups: [users] });

const t0 = Date.UTC(2026, 0, 1) * 1000;
let offset = 0;
const event = (at: number, row: Record<string, unknown>): EventRecord => ({
  kind: 'event',
  source: 'events',
  topic: 0,
  epoch: 0,
  partition: 0,
  offset: offset++,
  arrivedAt: t0 + at,
  row: {
    user_id: 1,
    t: t0 + at,
    n: null,
    amount: null,
    x: null,
    name: null,
    ok: null,
    big: null,
    ...row,
  } as EventRecord['row'],
});

describe('every aggregate over a window', () => {
  let history: History;
  beforeAll(async () => {
    history = await historyOf(plan);
    await history.append([
      event(seconds(-3700), { n: 9, name: 'before' }),
      event(seconds(-60), { n: 3, amount: 0.1, x: 0.1, name: 'a', ok: true, big: 9007199254740993n }),
      event(seconds(-30), { n: 1, amount: 0.2, x: 1e10, name: 'é', ok: null, big: 5n }),
      event(seconds(-10), { n: null, amount: 0.3, x: -0, name: 'Z', ok: false }),
      event(seconds(-10), { n: 3, user_id: 1 }),
      event(seconds(1), { n: 1000 }),
    ]);
  });
  afterAll(async () => {
    await history.end();
  });

  for (const shape of ['lateral', 'running-totals', 'tiles', 'auto'] as const satisfies readonly Shape[]) {
    it(`has the value of the semantics by ${shape}`, async () => {
      const [row, unseen] = await history.read({
        read: { group: 'users' },
        spine: [
          { t: t0, request: { user_id: 1 } },
          { t: t0, request: { user_id: 2 } },
        ],
        known: { kind: 'arrival' },
        shape,
      });
      expect(row).toEqual(expected);
      for (const [name, value] of Object.entries(unseen!)) {
        const isCount = ['count', 'count_distinct', 'changes', 'approx_distinct'].includes(name);
        const isList = ['top', 'top_text', 'last_two', 'distinct'].includes(name);
        expect([name, value]).toEqual([name, isCount ? 0 : isList ? [] : null]);
      }
    });
  }
});
