import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  appendHistory,
  historyDecoder,
  historyFrontier,
  installSchema,
  reingest,
} from '../../runtime/history/index.ts';
import type { StreamModule, StreamProgram } from '../../runtime/index.ts';
import { Refusal } from '../../runtime/index.ts';
import { defineDecoder } from '../../runtime/config/index.ts';
import type { SourceRecord } from '../../runtime/engine/record.ts';
import { program, sql as tables } from '../archive/support/program.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { Kysely, PostgresDialect } from 'kysely';

const t0 = Date.UTC(2026, 10, 30, 23) * 1000;
const minute = 60_000_000;
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** The decoder before the fix: it takes no name that begins with an x. */
const clicks = program.sources[0] as StreamModule<{ name: string }>;
const before: StreamProgram = {
  ...program,
  sources: [
    {
      ...clicks,
      decode: (value, row) => {
        const refusal = clicks.decode(value, row);
        if (refusal !== null || !row.name.startsWith('x')) return refusal;
        return { kind: 'refused', reason: 'failed-check', column: 'name', message: 'no x' };
      },
    },
    ...program.sources.slice(1),
  ],
};

describe('what was refused', () => {
  let database: TestDatabase;
  let db: Kysely<unknown>;
  beforeEach(async () => {
    database = await testDatabase();
    db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
    await installSchema(db, tables);
    const click = (name: string, offset: number, partition = 0): SourceRecord => ({
      ...{ source: 'clicks', topic: 0, epoch: 2, partition, offset, arrivedAt: t0 + offset * 20 * minute },
      value: bytes({ user_id: 1, t: t0, name }),
    });
    const records: SourceRecord[] = [
      ...[click('a', 0), click('x0', 1), click('b', 2), click('x1', 5), click('x2', 6)],
      ...[
        click('x3', 4, 1),
        { ...click('', 7), value: bytes({ user_id: 'no' }) },
        { ...click('', 8), value: null },
      ],
      {
        ...click('', 0),
        source: 'items',
        value: bytes({ op: 'c', after: { id: 'no' }, source: { ts_us: 1 } }),
      },
    ];
    await appendHistory(database.pool, tables, records.map(historyDecoder(before)));
  });
  afterEach(async () => {
    await database.end();
  });

  const imported = async () =>
    (
      await sql<
        Record<string, unknown>
      >`select name, _topic, _epoch, _offset::int, "skewless".us(_arrived_at)::float8 as at
        from "history"."clicks" where _topic = -1 order by _epoch, _offset`.execute(db)
    ).rows;
  const table = {
    source: 'items',
    import: null,
    appended: 0,
    refused: [],
    leftAlone: { why: 'table', records: 1 },
  };
  const still = [
    { reason: 'wrong-type', column: 'user_id', records: 1 },
    { reason: 'not-an-object', column: null, records: 1 },
  ];

  it('is decoded again as an import, in order of arrival and position, once', async () => {
    const report = await reingest(database.pool, program, tables);
    expect(report.sources).toEqual([
      { source: 'clicks', import: 1, appended: 4, refused: expect.arrayContaining(still), leftAlone: null },
      table,
    ]);
    const row = (name: string, offset: number, minutes: number) => ({
      ...{ name, _topic: -1, _epoch: 1, _offset: offset, at: t0 + minutes * minute },
    });
    expect(await imported()).toEqual([
      row('x0', 0, 20),
      row('x3', 1, 80),
      row('x1', 2, 100),
      row('x2', 3, 120),
    ]);
    expect((await historyFrontier(db)).find(({ topic }) => topic === -1)).toMatchObject({
      ...{ source: 'clicks', epoch: 1, nextOffset: 4, completeUntil: Infinity },
    });
    const again = await reingest(database.pool, program, tables);
    expect(again.sources[0]).toMatchObject({
      import: null,
      appended: 0,
      refused: expect.arrayContaining(still),
    });
    expect(await imported()).toHaveLength(4);
    const { rows } = await sql`select "offset"::int, reingested_epoch, reason from "history"."refused"
      where source = 'clicks' order by partition, "offset"`.execute(db);
    expect(rows).toMatchObject([
      { offset: 1, reingested_epoch: 1 },
      { offset: 5, reingested_epoch: 1 },
      { offset: 6, reingested_epoch: 1 },
      { offset: 7, reingested_epoch: null, reason: 'wrong-type' },
      { offset: 8, reingested_epoch: null, reason: 'not-an-object' },
      { offset: 4, reingested_epoch: 1 },
    ]);
  });

  it('changes nothing in a dry run', async () => {
    const report = await reingest(database.pool, program, tables, { dryRun: true });
    expect(report.sources[0]).toMatchObject({ import: 1, appended: 4 });
    expect(await imported()).toEqual([]);
    expect((await reingest(database.pool, before, tables)).sources[0]).toMatchObject({
      import: null,
      appended: 0,
    });
  });

  it('has the reason of today where it still does not decode', async () => {
    await sql`update "history"."refused" set reason = 'not-json', message = 'of old' where "offset" = 7`.execute(
      db,
    );
    await reingest(database.pool, program, tables, { source: 'clicks' });
    const { rows } = await sql`select reason, "column" from "history"."refused" where "offset" = 7`.execute(
      db,
    );
    expect(rows).toEqual([{ reason: 'wrong-type', column: 'user_id' }]);
  });

  it('goes into a second import where another fix lets more decode', async () => {
    await reingest(database.pool, before, tables);
    await reingest(database.pool, program, tables, { source: 'clicks' });
    const fixed: StreamProgram = {
      ...program,
      sources: [{ ...clicks, decode: (_, row) => ((row.name = 'fixed'), null) }, ...program.sources.slice(1)],
    };
    expect((await reingest(database.pool, fixed, tables)).sources[0]).toMatchObject({
      import: 2,
      appended: 2,
      refused: [],
    });
    expect((await imported()).map(({ _epoch, name }) => [_epoch, name])).toEqual([
      ...['x0', 'x3', 'x1', 'x2'].map(name => [1, name]),
      ...[
        [2, 'fixed'],
        [2, 'fixed'],
      ],
    ]);
  });

  it('of a source that is not JSON is read by its decoder, by the name of its topic', async () => {
    const wire = (name: string): Buffer => Buffer.from(`~${name}`);
    const place = { source: 'clicks', topic: 1, epoch: 2, partition: 0 };
    const decoder = defineDecoder({
      prepare: async () => undefined,
      decode: (bytes, { topic }) => {
        const text = Buffer.from(bytes).toString();
        if (!text.startsWith('~')) throw new Error('no ~');
        return { user_id: 1, t: t0, name: `${topic} ${text.slice(1)}` };
      },
    });
    const records = ['first', 'second'].map((name, offset): SourceRecord => {
      const value = new Refusal('undecodable', null, 'of old');
      return { ...place, offset, arrivedAt: t0 + offset, value, encoded: wire(name) };
    });
    await appendHistory(database.pool, tables, records.map(historyDecoder(program)));
    expect((await reingest(database.pool, before, tables)).sources[0]).toMatchObject({ appended: 0 });
    const encodings = [{ source: 'clicks', decoder, topics: ['old clicks', 'clicks'] }];
    const { sources } = await reingest(database.pool, program, tables, { source: 'clicks', encodings });
    expect(sources[0]).toMatchObject({ appended: 2 });
    expect(sources[0]!.refused).toContainEqual({ reason: 'undecodable', column: null, records: 5 });
    expect((await imported()).map(({ name }) => name)).toEqual(['clicks first', 'clicks second']);
  });

  it('of a stream that is none is told by the nearest name, of a table with the reason', async () => {
    await expect(reingest(database.pool, program, tables, { source: 'click' })).rejects.toThrow(
      "the program has no stream click: did you mean 'clicks'?",
    );
    await expect(reingest(database.pool, program, tables, { source: 'items' })).rejects.toThrow(
      'new snapshot',
    );
  });
});
