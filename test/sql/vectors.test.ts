import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DerivedPlan, Expr, VectorPlan } from '../../generator/ir/index.ts';
import type { EventRecord, JavaScriptDerived, SqlProgram } from '../../runtime/history/index.ts';
import { trainingSet } from '../../runtime/history/index.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import {
  aggregate,
  col,
  column,
  derived,
  double,
  group,
  hours,
  int,
  lit,
  over,
  programOf,
  seconds,
  stream,
  text,
  timestamp,
} from './plans.ts';

const events = stream('events', [
  column('session_id', text),
  column('user_id', int, true),
  column('t', timestamp),
  column('amount', double, true),
]);
const feature = (name: string): Expr => ({ kind: 'feature', name, type: double, nullable: true });
const arithmetic = (operator: '+' | '/', left: Expr, right: Expr): Expr => ({
  kind: 'arithmetic',
  operator,
  left,
  right,
  type: double,
  nullable: true,
});
const computed = (name: string, uses: readonly string[]): DerivedPlan => ({
  ...derived(name, lit(0, double)),
  body: { kind: 'compute', module: 'features/test.ts', export: [name], uses, reads: uses, code: '' },
});

const sessions = group(
  'sessions',
  [{ name: 'session_id', type: text }],
  [{ source: 'events', keys: [col('session_id', text)], inputs: [col('user_id', int, true)], filters: [] }],
  [aggregate('user_id', { kind: 'last' }, int, { input: 0 })],
);
const users = group(
  'users',
  [{ name: 'user_id', type: int }],
  [
    {
      source: 'events',
      keys: [col('user_id', int, true)],
      inputs: [col('amount', double, true)],
      filters: [],
    },
  ],
  [
    aggregate('n', { kind: 'count' }, int, { window: over(hours(1)) }),
    aggregate('spent', { kind: 'sum' }, double, { input: 0 }),
  ],
  {
    derived: [
      derived('mean', arithmetic('/', feature('spent'), feature('n'))),
      computed('tripled', ['n']),
      derived('more', arithmetic('+', feature('tripled'), feature('mean'))),
    ],
  },
);
const labels = {
  doc: null,
  owner: null,
  tags: [],
  status: 'stable',
  origin: { file: 'test.ts', line: 1 },
} as const;
const output = (
  name: string,
  lookup: number,
  from: string,
  otherwise: number | null = null,
): VectorPlan['outputs'][number] => ({
  name,
  from: { kind: 'feature', lookup, feature: from },
  type: double,
  nullable: true,
  default: otherwise,
  doc: null,
  origin: labels.origin,
});
const vector: VectorPlan = {
  ...labels,
  name: 'checkout',
  request: [
    { name: 'session_id', type: text, nullable: false },
    { name: 'amount', type: double, nullable: true },
  ],
  lookups: [
    { group: 'sessions', keys: [{ kind: 'request', name: 'session_id' }] },
    { group: 'users', keys: [{ kind: 'feature', lookup: 0, feature: 'user_id' }] },
  ],
  outputs: [
    { ...output('user_id', 0, 'user_id'), type: int },
    { ...output('n', 1, 'n'), type: int },
    output('spent', 1, 'spent', 0),
    output('more', 1, 'more'),
  ],
  derived: [
    derived('share', arithmetic('/', feature('amount'), feature('spent'))),
    computed('label', ['spent', 'amount']),
    derived('shifted', arithmetic('+', feature('label'), feature('amount'))),
  ],
  features: ['user_id', 'n', 'spent', 'more', 'share', 'label', 'shifted'],
};

/** What the generated code has in the place of a `compute`. */
const functions: Readonly<Record<string, JavaScriptDerived['run']>> = {
  tripled: ({ n }) => (n as number) * 3,
  label: ({ spent, amount }, t) => (amount === null ? undefined : (spent as number) + (t % 1000)),
};

function withFunctions(program: SqlProgram): SqlProgram {
  const linked = <T extends { readonly derived: SqlProgram['groups'][number]['derived'] }>(
    reads: readonly T[],
  ): T[] =>
    reads.map(read => ({
      ...read,
      derived: read.derived.map(layer =>
        layer.kind === 'sql'
          ? layer
          : {
              ...layer,
              features: layer.features.map(({ name, type, uses }) => ({
                name,
                type,
                default: null,
                uses,
                run: functions[name]!,
              })),
            },
      ),
    }));
  return { ...program, groups: linked(program.groups), vectors: linked(program.vectors) };
}

describe('a vector', () => {
  const t0 = Date.UTC(2026, 0, 1) * 1000 + 7;
  let history: History;
  beforeAll(async () => {
    history = await historyOf(programOf({ sources: [events], groups: [sessions, users], vectors: [vector] }));
    const rows = [
      ['s1', 1, 10],
      ['s2', 1, 0.5],
      ['s3', null, 4],
      ['s1', 2, -0],
    ] as const;
    await history.append(
      rows.map(([session_id, user_id, amount], offset): EventRecord => ({
        kind: 'event',
        source: 'events',
        topic: 0,
        epoch: 0,
        partition: 0,
        offset,
        arrivedAt: t0 + seconds(offset),
        row: { session_id, user_id, amount, t: t0 + seconds(offset) },
      })),
    );
  });
  afterAll(async () => {
    await history.end();
  });

  it('finds keys on the way, and computes in SQL and JavaScript by turns', async () => {
    const at = (seconds_: number, session_id: string, amount: number | null) => ({
      t: t0 + seconds(seconds_),
      request: { session_id, amount },
    });
    const spine = [at(2, 's1', 21), at(3, 's1', 5), at(3, 's3', 1), at(3, 'unseen', null), at(2, 's1', 21)];
    const rows = await trainingSet(history.db, withFunctions(history.program), {
      read: { vector: 'checkout' },
      spine,
      known: { kind: 'hindsight' },
    });
    const first = { user_id: 1, n: 2, spent: 10.5, more: 6 + 5.25, share: 2, label: 17.5, shifted: 38.5 };
    expect(rows).toEqual([
      first,
      { user_id: 2, n: 1, spent: 0, more: 3, share: null, label: 7, shifted: 12 },
      { user_id: null, n: 0, spent: 0, more: null, share: null, label: 7, shifted: 8 },
      { user_id: null, n: 0, spent: 0, more: null, share: null, label: null, shifted: null },
      first,
    ]);
  });
});
