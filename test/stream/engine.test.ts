import { describe, expect, it } from 'vitest';
import type { DerivedPlan, Expr, GroupPlan, VectorPlan } from '../../generator/ir/index.ts';
import { Engine, IncompatibleProgram, InvalidKey, TooFarBack, UnknownName } from '../../runtime/index.ts';
import { columns, events } from './support/events.ts';
import { loadProgram } from './support/load.ts';
import { column, columnExpr, group, program, stream, window } from './support/plan.ts';

const SECOND = 1_000_000;
const T = Date.UTC(2024, 4, 1) * 1000;

const visits = stream(
  'visits',
  [
    column('id', { kind: 'int' }, true),
    column('user', { kind: 'text' }),
    column('n', { kind: 'double' }, true),
    column('at', { kind: 'timestamp' }),
  ],
  { id: { column: 'id', horizon: 10 * SECOND }, lateness: 60 * SECOND, earliness: 5 * SECOND },
);
const labels = {
  doc: null,
  owner: null,
  tags: [],
  status: 'stable',
  origin: { file: 'features/test.ts', line: 1 },
} as const;
const feature = (name: string): Expr => ({ kind: 'feature', name, type: { kind: 'double' }, nullable: true });

function derived(name: string, expr: Expr, more: Partial<DerivedPlan> = {}): DerivedPlan {
  return {
    name,
    body: { kind: 'expression', expr },
    type: { kind: 'double' },
    nullable: true,
    default: null,
    ...labels,
    ...more,
  };
}

const user: GroupPlan = {
  ...group(
    'user',
    visits,
    [visits.columns[1]!],
    [
      { name: 'visits_1m', aggregate: { kind: 'count' }, window: window(60 * SECOND) },
      {
        name: 'total',
        aggregate: { kind: 'sum' },
        input: columnExpr(visits.columns[2]!),
        window: window(null),
      },
    ],
  ),
  derived: [
    derived('per_visit', {
      kind: 'arithmetic',
      operator: '/',
      left: feature('total'),
      right: { kind: 'feature', name: 'visits_1m', type: { kind: 'int' }, nullable: false },
      type: { kind: 'double' },
      nullable: true,
    }),
    derived(
      'shown',
      {
        kind: 'call',
        function: 'finite',
        args: [feature('per_visit'), { kind: 'literal', value: -1, type: { kind: 'int' }, nullable: false }],
        type: { kind: 'double' },
        nullable: false,
      },
      { nullable: false },
    ),
  ],
  features: ['visits_1m', 'total', 'per_visit', 'shown'],
};
const vector: VectorPlan = {
  name: 'score',
  request: [
    { name: 'user', type: { kind: 'text' }, nullable: false },
    { name: 'amount', type: { kind: 'double' }, nullable: true },
  ],
  lookups: [{ group: 'user', keys: [{ kind: 'request', name: 'user' }] }],
  outputs: [
    {
      name: 'visits',
      from: { kind: 'feature', lookup: 0, feature: 'visits_1m' },
      type: { kind: 'int' },
      nullable: false,
      default: null,
      doc: null,
      origin: labels.origin,
    },
    {
      name: 'total',
      from: { kind: 'feature', lookup: 0, feature: 'total' },
      type: { kind: 'double' },
      nullable: false,
      default: 0,
      doc: null,
      origin: labels.origin,
    },
  ],
  derived: [
    derived('with_amount', {
      kind: 'arithmetic',
      operator: '+',
      left: feature('amount'),
      right: feature('total'),
      type: { kind: 'double' },
      nullable: true,
    }),
  ],
  features: ['visits', 'total', 'with_amount'],
  ...labels,
};
const plan = program({ sources: [visits], groups: [user], vectors: [vector] });
const loaded = await loadProgram(plan);

let offset = 0;
const visit = (at: number, arrivedAt: number, more: Record<string, unknown> = {}, partition = 0) => ({
  source: 'visits',
  partition,
  offset: offset++,
  arrivedAt,
  value: { id: null, user: 'ann', n: 1, at, ...more },
});

describe('the engine', () => {
  it('says what became of each record', () => {
    const engine = new Engine(loaded);
    expect(engine.ingest(visit(T, T, { id: 1 })).kind).toBe('counted');
    expect(engine.ingest(visit(T, T + 9 * SECOND, { id: 1 })).kind).toBe('repeat');
    // A repeat is remembered too: the next one is told by it.
    expect(engine.ingest(visit(T, T + 18 * SECOND, { id: 1 })).kind).toBe('repeat');
    expect(engine.ingest(visit(T, T + 28 * SECOND, { id: 1 })).kind).toBe('counted');
    expect(engine.ingest(visit(T, T + 28 * SECOND, { id: 1 }, 1)).kind).toBe('counted');
    expect(engine.ingest(visit(T, T + 60 * SECOND)).kind).toBe('counted');
    // Arrival never runs backwards: the record's own stamp is older than its forerunner's.
    expect(engine.ingest(visit(T - 1, T)).kind).toBe('late');
    expect(engine.ingest(visit(T + 66 * SECOND, T)).kind).toBe('early');
    expect(engine.ingest({ ...visit(T, T), offset: 0 }).kind).toBe('known');
    expect(engine.ingest(visit(T, T, { user: 'a\0b' }))).toMatchObject({
      kind: 'refused',
      reason: 'unstorable-text',
      column: 'user',
    });
    expect(engine.counters()['visits']).toEqual({
      counted: 4,
      late: 1,
      early: 1,
      repeat: 2,
      known: 1,
      tombstone: 0,
      notice: 0,
      refused: { 'unstorable-text': 1 },
    });
    expect(engine.frontier().map(({ partition, nextOffset }) => [partition, nextOffset])).toEqual([
      [0, offset],
      [1, 5],
    ]);
  });

  it('derives from features, with nulls and defaults', () => {
    const engine = new Engine(loaded);
    engine.ingest(visit(T, T, { n: 0.5 }));
    engine.ingest(visit(T + 1, T, { n: 0.25 }));
    expect(engine.readGroup('user', { user: 'ann' }, T + 1)).toEqual({
      visits_1m: 2,
      total: 0.75,
      per_visit: 0.375,
      shown: 0.375,
    });
    expect(engine.readGroup('user', { user: 'ann' }, T + 1, { before: true })).toMatchObject({
      visits_1m: 1,
      total: 0.5,
    });
    expect(engine.readGroup('user', { user: 'ann' }, T + 90 * SECOND)).toEqual({
      visits_1m: 0,
      total: 0.75,
      per_visit: null,
      shown: -1,
    });
    expect(engine.readGroup('user', { user: 'never' }, T + 90 * SECOND)).toEqual({
      visits_1m: 0,
      total: null,
      per_visit: null,
      shown: -1,
    });
    expect(engine.readVector('score', { user: 'ann', amount: 1 }, T + 90 * SECOND)).toEqual({
      visits: 0,
      total: 0.75,
      with_amount: 1.75,
    });
    expect(engine.readVector('score', { user: 'bob', amount: null }, T + 90 * SECOND)).toEqual({
      visits: 0,
      total: 0,
      with_amount: null,
    });
  });

  it('refuses reads it cannot answer, with what could be asked', () => {
    const engine = new Engine(loaded);
    engine.tick(T);
    expect(() => engine.readGroup('user', { user: 'ann' }, T - 3_600_000_001)).toThrow(TooFarBack);
    expect(engine.readGroup('user', { user: 'ann' }, T - 3_600_000_000)).toMatchObject({ visits_1m: 0 });
    expect(() => engine.readGroup('user', { user: null }, T)).toThrow(InvalidKey);
    expect(() => engine.readGroup('user', {}, T)).toThrow('the key user of user must be a text, not null');
    expect(() => engine.readVector('score', { user: null }, T)).toThrow(InvalidKey);
    expect(() => engine.readGroup('usr', {}, T)).toThrow(UnknownName);
    expect(() => engine.ingest({ ...visit(T, T), source: 'x' })).toThrow(
      "there is no source 'x'; the program has visits",
    );
  });

  it('takes no state of another program and no code of another ABI', async () => {
    const other = await loadProgram(program({ sources: [visits], groups: [{ ...user, lookback: 1 }] }));
    const bytes = new Engine(loaded).save();
    expect(() => Engine.restore(other, bytes)).toThrow(IncompatibleProgram);
    expect(() => new Engine({ ...loaded, abi: 99 })).toThrow('is for ABI 99, this runtime has ABI 1');
  });

  it('lets go of keys that no read can see any more', async () => {
    const windows = group(
      'user',
      events,
      [columns.session],
      [{ name: 'n', aggregate: { kind: 'count' }, window: window(SECOND) }],
    );
    const engine = new Engine(await loadProgram(program({ sources: [events], groups: [windows] })));
    const row = { user_id: 1, kind: 'view', items: 1, ref: '00000000-0000-4000-8000-000000000000' };
    for (let i = 0; i < 5000; i += 1) {
      engine.ingest({
        source: 'events',
        partition: 0,
        offset: i,
        arrivedAt: T,
        value: { ...row, session: `s${i}`, at: T + i },
      });
    }
    expect(engine.size()).toMatchObject({ keys: 5000, rows: 5000, texts: 5000 });
    for (let i = 0; i < 100; i += 1) engine.tick(T + 2 * 3_600_000_000 + i);
    expect(engine.size()).toMatchObject({ keys: 0, rows: 0, texts: 0 });
  });
});
