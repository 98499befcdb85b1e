import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlBackend } from '../../generator/backends/sql/index.ts';
import { featureRows, feedRows } from '../../runtime/history/index.ts';
import type { EventRecord, Read } from '../../runtime/history/index.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import {
  aggregate,
  boolean,
  col,
  column,
  decimal,
  derived,
  double,
  group,
  days,
  int,
  lit,
  over,
  programOf,
  seconds,
  stream,
  text,
  timestamp,
} from './plans.ts';

const events = stream(
  'user_events',
  [
    column('user_id', int),
    column('t', timestamp),
    column('amount', decimal(10, 2), true),
    column('kind', text),
  ],
  {
    doc: "What's seen of a `user`.",
    lateness: days(1),
  },
);
const isPurchase = {
  kind: 'compare',
  operator: '===',
  left: col('kind', text),
  right: lit("it's ${a} `b` \\", text),
  type: boolean,
  nullable: false,
} as const;
const spent = { kind: 'feature', name: 'spent', type: double, nullable: true } as const;
const users = group(
  'user_behavior',
  [{ name: 'user_id', type: int }],
  [
    {
      source: 'user_events',
      keys: [col('user_id', int)],
      inputs: [col('amount', decimal(10, 2), true)],
      filters: [isPurchase],
    },
  ],
  [
    aggregate('purchases', { kind: 'count' }, int, {
      window: over(days(7)),
      filter: 0,
      nullable: false,
      doc: 'How many purchases.',
    }),
    aggregate('spent', { kind: 'sum' }, double, { window: over(days(7)), input: 0 }),
    aggregate('recent', { kind: 'lastN', n: 3 }, { kind: 'list', of: decimal(10, 2) }, { input: 0 }),
  ],
  {
    derived: [
      derived('doubled', {
        kind: 'arithmetic',
        operator: '+',
        left: spent,
        right: spent,
        type: double,
        nullable: true,
      }),
    ],
    doc: 'What a user did.',
  },
);
const plan = programOf({ sources: [events], groups: [users] });
const t0 = Date.UTC(2026, 0, 1) * 1000;
const expected = { purchases: '1', spent: 0.3, recent: [0.2, 0.1], doubled: 0.6 };

describe('the generated SQL', () => {
  const files = new Map(sqlBackend(plan, new Map()).map(({ path, text: content }) => [path, content]));
  let history: History;
  beforeAll(async () => {
    history = await historyOf(plan);
    const rows = [
      ["it's ${a} `b` \\", 0.1],
      ['view', 0.2],
    ] as const;
    await history.append(
      rows.map(([kind, amount], offset): EventRecord => ({
        kind: 'event',
        source: 'user_events',
        topic: 0,
        epoch: 0,
        partition: 0,
        offset,
        arrivedAt: t0 + offset,
        row: { user_id: 5, t: t0 + offset, amount, kind },
      })),
    );
  });
  afterAll(async () => {
    await history.end();
  });

  it('is the same every time, one file for each thing', () => {
    expect([...files.keys()].sort()).toEqual(
      [
        'database.ts',
        'index.ts',
        'schema.sql',
        'schema.ts',
        'user-behavior.sql',
        'user-behavior.ts',
        'user-events-source.ts',
      ].map(name => `sql/${name}`),
    );
    expect(sqlBackend(plan, new Map())).toEqual(
      [...files].map(([path, content]) => ({ path, text: content })),
    );
  });

  it('carries the doc comments', () => {
    expect(files.get('sql/user-behavior.sql')).toContain('--   purchases: How many purchases.');
    expect(files.get('sql/user-behavior.ts')).toContain(
      '  /** How many purchases. */\n  readonly purchases: string;',
    );
    expect(files.get('sql/user-events-source.ts')).toContain("/** What's seen of a `user`. */");
  });

  it('installs a database from schema.sql', async () => {
    const { db } = history;
    await sql.raw('drop schema "history" cascade; drop schema "skewless" cascade').execute(db);
    await sql.raw(files.get('sql/schema.sql')!).execute(db);
    await history.append([]);
    await sql.raw(files.get('sql/schema.sql')!).execute(db);
    const row: EventRecord = {
      kind: 'event',
      source: 'user_events',
      topic: 0,
      epoch: 0,
      partition: 0,
      offset: 0,
      arrivedAt: t0,
      row: { user_id: 5, t: t0, amount: 0.1, kind: "it's ${a} `b` \\" },
    };
    await history.append([
      row,
      { ...row, offset: 1, arrivedAt: t0 + 1, row: { ...row.row, t: t0 + 1, amount: 0.2, kind: 'view' } },
    ]);
  });

  it('says in the .sql what the program does', async () => {
    await sql
      .raw(
        `create table "spine" as select 0 as "n", ${t0 + 1}::bigint as "t", ${t0 + 1}::bigint as "known", 0 as "open", 5::bigint as "user_id"`,
      )
      .execute(history.db);
    const { rows } = await sql.raw(files.get('sql/user-behavior.sql')!).execute(history.db);
    expect(rows).toEqual([{ '#': 0, ...expected }]);
  });

  it('gives Kysely queries that can be built upon', async () => {
    const [users_] = history.program.groups;
    const reads = sql<Read>`select 0 as "n", ${t0 + seconds(1)}::bigint as "t", ${t0 + seconds(1)}::bigint as "known", 0 as "open", 5::bigint as "k0"`;
    const features = await history.db
      .selectFrom(featureRows<{ spent: number }>(users_!, reads))
      .select('f.spent')
      .execute();
    expect(features).toEqual([{ spent: 0.3 }]);
    const some = await history.db
      .selectFrom(featureRows<Record<string, unknown>>(users_!, reads, { features: ['doubled'] }))
      .selectAll()
      .execute();
    expect(some).toEqual([{ '#': 0, spent: 0.3, doubled: 0.6 }]);
    const rows = await history.db
      .selectFrom(feedRows<{ i0: string; w0: boolean; t: string }>(users_!.feeds[0]!))
      .select(['i0', 'w0'])
      .orderBy('t')
      .execute();
    expect(rows).toEqual([
      { i0: '10', w0: true },
      { i0: '20', w0: false },
    ]);
  });
});
