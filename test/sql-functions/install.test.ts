import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declarationProblem } from '../../generator/analysis/names.ts';
import { sqlProgram } from '../../generator/backends/sql/program.ts';
import type { DerivedPlan, GroupPlan, Program, VectorPlan } from '../../generator/ir/index.ts';
import { installSchema } from '../../runtime/history/index.ts';
import type { EventRecord, SqlProgram } from '../../runtime/history/index.ts';
import { historyOf } from '../sql/database.ts';
import type { History } from '../sql/database.ts';
import {
  aggregate,
  col,
  column,
  days,
  derived,
  double,
  group,
  int,
  over,
  programOf,
  stream,
  text,
  timestamp,
} from '../sql/plans.ts';

// The functions and views as objects of a database: what they are called, how they come and go, what they refuse.

const events = stream('events', [
  column('user_id', int),
  column('name', text),
  column('t', timestamp),
  column('amount', double),
]);
const feed = {
  source: 'events',
  keys: [col('user_id', int)],
  inputs: [col('amount', double), col('t', timestamp)],
  filters: [],
};
const count = aggregate('events_7d', { kind: 'count' }, int, {
  window: over(days(7)),
  nullable: false,
  doc: "A week's events.",
});
const spent = aggregate('spent', { kind: 'sum' }, double, { input: 0 });
const times = aggregate(
  'last_times',
  { kind: 'lastN', n: 3 },
  { kind: 'list', of: timestamp },
  { input: 1, nullable: false },
);
const feature = (name: string): DerivedPlan['body'] => ({
  kind: 'expression',
  expr: { kind: 'feature', name, type: double, nullable: true },
});
const computed: DerivedPlan = {
  ...derived('guess', { kind: 'literal', value: 1, type: double, nullable: false }),
  body: {
    kind: 'compute',
    module: 'features/a.ts',
    export: ['a'],
    uses: ['spent'],
    reads: ['spent'],
    code: '',
  },
};
const users = group('users', [{ name: 'user_id', type: int }], [feed], [count, spent, times], {
  doc: 'What a user does.',
  derived: [
    computed,
    { ...computed, name: 'guess_again', body: feature('guess') },
    { ...computed, name: 'kept', body: feature('spent') },
  ],
});
const score: VectorPlan = {
  ...users,
  name: 'score',
  doc: 'How good a user is.',
  request: [
    { name: 'user_id', type: int, nullable: false },
    { name: 'amount', type: double, nullable: true },
  ],
  lookups: [{ group: 'users', keys: [{ kind: 'request', name: 'user_id' }] }],
  outputs: [
    { ...output('events_7d'), from: { kind: 'feature', lookup: 0, feature: 'events_7d' }, type: int },
    { ...output('amount'), from: { kind: 'request', name: 'amount' } },
    { ...output('guess'), from: { kind: 'feature', lookup: 0, feature: 'guess' } },
  ],
  derived: [],
  features: ['events_7d', 'amount', 'guess'],
};
const day0 = Date.UTC(2026, 0, 1) * 1000;

function output(name: string): VectorPlan['outputs'][number] {
  const { origin } = count;
  return {
    name,
    from: { kind: 'request', name },
    type: double,
    nullable: true,
    default: null,
    doc: null,
    origin,
  };
}

const withGroups = (groups: readonly GroupPlan[], vectors: readonly VectorPlan[] = []): Program => ({
  ...programOf({ sources: [events], groups: [...groups] }),
  vectors,
});

const event = (offset: number, arrivedAt: number, amount: number): EventRecord => ({
  ...{ kind: 'event', source: 'events', topic: 0, epoch: 0, partition: 0, offset, arrivedAt },
  row: { user_id: 5, name: 'a', t: arrivedAt, amount },
});

describe('functions of groups and vectors', () => {
  let history: History;
  const rows = async (query: string): Promise<readonly unknown[]> => (await history.pool.query(query)).rows;
  const install = async (program: Program): Promise<void> =>
    installSchema(history.db, sqlProgram(program) as SqlProgram);

  beforeAll(async () => {
    history = await historyOf(withGroups([users], [score]));
    await history.append([
      event(0, day0 + 1, 1.5),
      event(1, day0 + days(1), 2.5),
      event(2, day0 + days(3), 4),
    ]);
  });
  afterAll(() => history.end());

  it('answer by what had arrived at t, at known_at, and ever', async () => {
    const read = async (more: string): Promise<unknown> =>
      (await rows(`select f.spent, f.kept from skewless.users(5, '2026-01-02Z'${more}) as f`))[0];
    expect(await read('')).toEqual({ spent: 4, kept: 4 });
    expect(await read(`, '2026-01-01 12:00Z'`)).toEqual({ spent: 1.5, kept: 1.5 });
    expect(await read(`, known_at => 'infinity'`)).toEqual({ spent: 4, kept: 4 });
    expect(await rows(`select f.spent from skewless.users(5, '2026-01-05Z', 'infinity') as f`)).toEqual([
      { spent: 8 },
    ]);
  });

  it('answer of the present without t, and of every key in the view', async () => {
    expect(await rows('select spent, events_7d from skewless.users(5)')).toEqual([
      { spent: 8, events_7d: '0' },
    ]);
    expect(await rows('select user_id, spent from skewless.users_now')).toEqual([{ user_id: '5', spent: 8 }]);
    expect(await rows('select * from skewless.score(5, 0.5)')).toEqual([{ events_7d: '0', amount: 0.5 }]);
  });

  it('join laterally, and give instants with all their digits, in whatever zone', async () => {
    await history.pool.query(
      `create table spine as select 5::bigint as id, '2026-01-01 00:00:00.000001Z'::timestamptz as at`,
    );
    expect(
      await rows(`select f.events_7d, f.last_times[1] = s.at as same, pg_typeof(f.last_times)::text as type
        from spine as s cross join lateral skewless.users(s.id, s.at) as f`),
    ).toEqual([{ events_7d: '1', same: true, type: 'timestamp with time zone[]' }]);
  });

  it('refuse what the history cannot answer whole yet', async () => {
    await expect(rows(`select * from skewless.users(5, '2026-01-04Z')`)).rejects.toMatchObject({
      code: 'SK002',
      message: expect.stringMatching(
        /^users: the history lacks what the read needs: events, topic 0, epoch 0, partition 0: needs all arrivals up to 2026-01-04 .*, has those before 2026-01-04/,
      ) as string,
    });
    await expect(rows(`select * from skewless.users(5, '2026-01-03 23:59Z')`)).resolves.toHaveLength(1);
    await expect(rows(`select * from skewless.users(5, '2026-01-02Z', '2026-02-01Z')`)).rejects.toThrow(
      'lacks',
    );
  });

  it('refuse what retention has dropped, in hindsight too', async () => {
    await history.pool.query(`insert into history.retained values ('events', '2025-12-28Z')`);
    await expect(rows(`select * from skewless.users(5, '2026-01-02Z', 'infinity')`)).rejects.toThrow(
      'users: the history lacks what the read needs: events: needs all arrivals from the first on, has arrivals from 2025-12-28',
    );
    // The vector takes the week's count alone.
    await expect(rows(`select * from skewless.score(5, 1, '2026-01-02Z')`)).rejects.toThrow(
      'needs arrivals from 2025-12-25',
    );
    await expect(rows(`select * from skewless.score(5, 1, '2026-01-05Z', 'infinity')`)).resolves.toHaveLength(
      1,
    );
    await history.pool.query('delete from history.retained');
  });

  it('refuse a missing key and what is no instant', async () => {
    await expect(rows(`select * from skewless.users(null, '2026-01-02Z')`)).rejects.toThrow(
      'users: the key user_id is null',
    );
    await expect(rows(`select * from skewless.users(5, null)`)).rejects.toThrow(
      'users: t is null, and must be an instant',
    );
    await expect(rows(`select * from skewless.users(5, 'infinity')`)).rejects.toThrow('users: t is infinity');
  });

  it('say in comments what they are, and what JavaScript keeps from them', async () => {
    const [{ function: of, column: ofColumn, view }] = (await rows(`select
        obj_description('skewless.users(bigint, timestamptz, timestamptz)'::regprocedure) as function,
        col_description('skewless.users_row'::regclass, 1) as column, obj_description('skewless.users_now'::regclass) as view`)) as [
      Record<string, string>,
    ];
    expect(of).toContain('What a user does.');
    expect(of).toContain("events_7d: A week's events.");
    expect(of).toContain('Not here, for JavaScript computes them: guess, guess_again.');
    expect(ofColumn).toBe("A week's events.");
    expect(view).toContain('of every key that the history has');
  });

  it('find records by their indexes', async () => {
    const client = await history.pool.connect();
    try {
      await client.query(`load 'auto_explain'`);
      await client.query(`set auto_explain.log_min_duration = 0`);
      await client.query(`set auto_explain.log_nested_statements = on`);
      await client.query(`set client_min_messages = log`);
      await client.query(`set enable_seqscan = off`);
      const plans: string[] = [];
      client.on('notice', ({ message }) => plans.push(message ?? ''));
      await client.query(`select * from skewless.users(5, '2026-01-02Z')`);
      expect(plans.join('\n')).toMatch(/Index Scan using \S*user_id_t_idx.*\n *Index Cond: .*\(user_id = /);
    } finally {
      client.release(true);
    }
  });

  it('change with the program, and go with it', async () => {
    const present = async (): Promise<readonly unknown[]> =>
      rows(`select p.proname || '/' || p.pronargs as name from pg_proc as p join "skewless"."callable" as c on c.name = p.proname
        where p.pronamespace = 'skewless'::regnamespace union all
        select relname from pg_class where relnamespace = 'skewless'::regnamespace and relkind in ('v', 'c') order by 1`).then(
        found => found.map(row => (row as { name: string }).name),
      );
    const both = ['score_row', 'score/2', 'score/4', 'users_now', 'users_row', 'users/1', 'users/3'];
    expect([...(await present())].sort()).toEqual([...both].sort());
    await install(withGroups([users], [score]));
    expect([...(await present())].sort()).toEqual([...both].sort());

    const other = { ...users, aggregates: [spent], derived: [], features: ['spent'] };
    await install(withGroups([other]));
    expect([...(await present())].sort()).toEqual(['users/1', 'users/3', 'users_now', 'users_row']);
    expect(await rows(`select * from skewless.users(5, '2026-01-02Z')`)).toEqual([{ spent: 4 }]);

    await install(withGroups([]));
    expect(await present()).toEqual([]);
    await install(withGroups([users], [score]));
    expect([...(await present())].sort()).toEqual([...both].sort());
  });

  it('stay where something of the user stands on them, and the server says what', async () => {
    await history.pool.query('create view mine as select spent from skewless.users_now');
    await install(withGroups([users], [score]));
    await expect(install(withGroups([]))).rejects.toMatchObject({
      code: '2BP01',
      detail: expect.stringContaining('view mine') as string,
    });
    expect(await rows('select spent from mine')).toEqual([{ spent: 8 }]);
    await history.pool.query('drop view mine');
    await install(withGroups([]));
    await install(withGroups([users], [score]));
  });

  it('leave alone what the user has put beside them', async () => {
    await history.pool.query(
      `create function skewless.own(a bigint) returns bigint language sql as 'select a'`,
    );
    await install(withGroups([]));
    expect(await rows('select skewless.own(1)')).toEqual([{ own: '1' }]);
    await history.pool.query('drop function skewless.own');
  });

  it('have no name of a function that the schema has for itself', async () => {
    await install(withGroups([]));
    const { rows: own } = await sql<{
      name: string;
    }>`select distinct proname as name from pg_proc where pronamespace = 'skewless'::regnamespace`.execute(
      history.db,
    );
    expect(own.length).toBeGreaterThan(30);
    for (const { name } of own) {
      expect([name, declarationProblem('vector', name)]).not.toEqual([name, null]);
      expect([name, declarationProblem('group', name)]).not.toEqual([name, null]);
      expect([name, declarationProblem('stream', name)]).toEqual([name, null]);
    }
  });
});
