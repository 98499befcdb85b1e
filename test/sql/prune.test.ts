import { describe, expect, it } from 'vitest';
import type { Expr } from '../../generator/ir/index.ts';
import { sqlProgram } from '../../generator/backends/sql/program.ts';
import type { SqlProgram } from '../../runtime/history/index.ts';
import { pruneGroup } from '../../runtime/history/prune.ts';
import { historyOf } from './database.ts';
import {
  aggregate,
  col,
  column,
  days,
  derived,
  double,
  group,
  hours,
  int,
  over,
  programOf,
  stream,
  text,
  timestamp,
} from './plans.ts';

const feature = (name: string): Expr => ({ kind: 'feature', name, type: double, nullable: true });
const sum = (left: Expr, right: Expr): Expr => ({
  kind: 'arithmetic',
  operator: '+',
  left,
  right,
  type: double,
  nullable: true,
});
const columns = [
  column('user_id', int),
  column('t', timestamp),
  column('amount', double),
  column('kind', text),
];
const feed = (source: string) => ({
  source,
  keys: [col('user_id', int)],
  inputs: [col('amount', double), col('kind', text)],
  filters: [],
});
const plan = programOf({
  sources: [stream('clicks', columns), stream('orders', columns)],
  groups: [
    group(
      'users',
      [{ name: 'user_id', type: int }],
      [feed('clicks'), feed('orders')],
      [
        aggregate('clicks', { kind: 'count' }, int, { window: over(hours(1)) }),
        aggregate('amount', { kind: 'sum' }, double, { window: over(hours(1)), input: 0 }),
        aggregate(
          'kinds',
          { kind: 'distinctList' },
          { kind: 'list', of: text },
          { window: over(days(7)), input: 1 },
        ),
        aggregate('paid', { kind: 'sum' }, double, { feed: 1, window: over(days(1)), input: 0 }),
      ],
      {
        derived: [
          derived('total', sum(feature('amount'), feature('paid'))),
          derived('other', sum(feature('clicks'), feature('clicks'))),
          derived('more', sum(feature('total'), feature('amount'))),
          derived('now', { kind: 'instant', type: timestamp, nullable: false }, timestamp),
        ],
      },
    ),
  ],
});
const [users] = (sqlProgram(plan) as SqlProgram).groups;

function namesOf(features: readonly string[]) {
  const pruned = pruneGroup(users!, features);
  return {
    feeds: pruned.feeds.map(({ relation }) => relation),
    aggregates: pruned.aggregates.map(({ name }) => name),
    derived: pruned.derived.flatMap(layer => layer.features.map(({ name }) => name)),
    windows: pruned.windows.length,
    probes: pruned.probes.length,
  };
}

describe('a group of which a few features are taken', () => {
  it('computes those, and what they are made of', () => {
    expect(namesOf(['clicks'])).toEqual({
      feeds: ['users_0'],
      aggregates: ['clicks'],
      derived: [],
      windows: 1,
      probes: 1,
    });
    expect(namesOf(['more'])).toEqual({
      feeds: ['users_0', 'users_1'],
      aggregates: ['amount', 'paid'],
      derived: ['total', 'more'],
      windows: 2,
      probes: 2,
    });
    expect(namesOf(['now'])).toEqual({ feeds: [], aggregates: [], derived: ['now'], windows: 0, probes: 0 });
  });

  it('leaves out the parts that others need of the same window', () => {
    const [probe] = pruneGroup(users!, ['clicks']).probes;
    expect(probe!.parts).toHaveLength(1);
  });

  it('names a feature that it does not have', () => {
    expect(() => pruneGroup(users!, ['clicks', 'none'])).toThrow('users has no feature none');
  });

  it('is read also where nothing of it looks at rows', async () => {
    const history = await historyOf({
      ...plan,
      vectors: [
        {
          ...{ doc: null, owner: null, tags: [], status: 'stable', origin: { file: 'test.ts', line: 1 } },
          name: 'moment',
          request: [{ name: 'user_id', type: int, nullable: false }],
          lookups: [{ group: 'users', keys: [{ kind: 'request', name: 'user_id' }] }],
          outputs: [
            {
              name: 'now',
              from: { kind: 'feature', lookup: 0, feature: 'now' },
              ...{
                type: timestamp,
                nullable: false,
                default: null,
                doc: null,
                origin: { file: 'test.ts', line: 1 },
              },
            },
          ],
          derived: [],
          features: ['now'],
        },
      ],
    });
    const t = Date.UTC(2026, 0, 1) * 1000;
    const spine = [{ t, request: { user_id: 1 } }];
    const known = { kind: 'hindsight' } as const;
    expect(await history.read({ read: { vector: 'moment' }, spine, known })).toEqual([{ now: t }]);
    await history.end();
  });
});
