import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqlProgram } from '../../generator/backends/sql/program.ts';
import { appendHistory, historyFrontier, HistoryBehind, installSchema } from '../../runtime/history/index.ts';
import type { EventRecord, HistoryRecord, SqlProgram } from '../../runtime/history/index.ts';
import { inTransaction } from '../../runtime/history/client.ts';
import { dropBefore } from '../../runtime/history/retention.ts';
import { historyOf } from './database.ts';
import type { History } from './database.ts';
import {
  aggregate,
  col,
  column,
  days,
  decimal,
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

const columns = [column('user_id', int), column('t', timestamp)];
const clicks = (own = columns, options = {}) => stream('clicks', own, options);
const counts = group(
  'users',
  [{ name: 'user_id', type: int }],
  [{ source: 'clicks', keys: [col('user_id', int)], inputs: [], filters: [] }],
  [
    aggregate('hour', { kind: 'count' }, int, { window: over(hours(1)) }),
    aggregate('month', { kind: 'count' }, int, { window: over(days(30)) }),
  ],
);
const lives = {
  ...counts,
  name: 'lives',
  aggregates: [aggregate('ever', { kind: 'count' }, int)],
  features: ['ever'],
};
const plan = programOf({ sources: [clicks()], groups: [counts, lives] });

const at = (text: string): number => Date.parse(text) * 1000;
const event = (offset: number, arrivedAt: number, more: Partial<EventRecord> = {}): EventRecord => ({
  ...{ kind: 'event', source: 'clicks', topic: 0, epoch: 0, partition: 0, offset, arrivedAt },
  row: { user_id: 1, t: arrivedAt },
  ...more,
});

describe('months', () => {
  let history: History;
  beforeEach(async () => {
    history = await historyOf(plan);
  });
  afterEach(async () => {
    await history.end();
  });

  const tables = async (parent = 'clicks'): Promise<Readonly<Record<string, number>>> => {
    const { rows } = await sql<{ name: string }>`
      select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
      where i.inhparent = ${sql.lit(`"history"."${parent}"`)}::regclass order by 1`.execute(history.db);
    const counted: [string, number][] = [];
    for (const { name } of rows) {
      const { rows: found } = await sql<{
        n: string;
      }>`select count(*) as n from ${sql.table(`history.${name}`)}`.execute(history.db);
      counted.push([name, Number(found[0]!.n)]);
    }
    return Object.fromEntries(counted);
  };

  it('hold what arrived in them, to the microsecond, however long ago', async () => {
    await history.append([
      event(0, at('2026-11-01T00:00:00Z') - 1),
      event(1, at('2026-11-01T00:00:00Z')),
      event(2, at('2026-12-01T00:00:00Z') - 1),
      event(3, at('2026-12-31T23:59:59.999Z') + 999),
      event(4, at('2027-01-01T00:00:00Z')),
      event(0, at('1987-02-28T12:00:00Z'), { topic: -1 }),
      // In its partition it arrived no earlier than the one before it.
      event(5, at('1999-01-01T00:00:00Z')),
    ]);
    expect(await tables()).toEqual({
      clicks_y1987m02: 1,
      clicks_y2026m10: 1,
      clicks_y2026m11: 2,
      clicks_y2026m12: 1,
      clicks_y2027m01: 2,
    });
  });

  it('hold what was refused in months of its own', async () => {
    const refused = (offset: number, arrivedAt: number): HistoryRecord => ({
      ...{ kind: 'refused', source: 'clicks', topic: 0, epoch: 0, partition: 0, offset, arrivedAt },
      ...{ reason: 'not-json', column: null, message: 'no', bytes: null },
    });
    await history.append([refused(0, at('2026-01-31T23:00:00Z')), refused(1, at('2026-02-01T01:00:00Z'))]);
    expect(await tables('refused')).toEqual({ refused_y2026m01: 1, refused_y2026m02: 1 });
  });

  it('are made once where several write at once', async () => {
    const batches = Array.from({ length: 4 }, (_, partition) =>
      Array.from({ length: 24 }, (_, offset) =>
        event(offset, at('2025-01-15T00:00:00Z') + offset * days(30), { partition }),
      ),
    );
    await Promise.all(batches.map(batch => history.append(batch)));
    expect(Object.values(await tables()).reduce((sum, n) => sum + n, 0)).toBe(96);
  });

  it('are not looked at where they cannot matter', async () => {
    await history.append([
      event(0, at('2026-01-10T00:00:00Z')),
      event(1, at('2026-06-10T00:00:00Z')),
      event(2, at('2026-06-20T00:00:00Z')),
    ]);
    const { rows } = await sql<Record<string, string>>`explain select * from "history"."clicks" as h
      where h."_arrived_at" >= '2026-06-01 00:00:00.000000+00'::timestamptz`.execute(history.db);
    const plans = rows.map(row => Object.values(row)[0]).join('\n');
    expect(plans).toContain('clicks_y2026m06');
    expect(plans).not.toContain('clicks_y2026m01');
  });

  describe('of which the old ones are dropped', () => {
    const january = at('2026-01-10T00:00:00Z');
    const june = at('2026-06-20T00:00:00Z');
    const read = async (target: string, t: number) =>
      await history.read({
        read: { group: target },
        spine: [{ t, request: { user_id: 1 } }],
        known: { kind: 'arrival' },
      });
    const drop = async (before: number, lockTimeout = '0') => {
      const client = await history.pool.connect();
      try {
        return await inTransaction(client, async () => {
          await client.query(`set local lock_timeout = '${lockTimeout}'`);
          return await dropBefore(client, 'clicks', before);
        });
      } finally {
        client.release();
      }
    };
    beforeEach(async () => {
      await history.append([event(0, january), event(1, june - hours(2)), event(2, june)]);
      await history.append([event(3, june + hours(1))]);
    });

    it('are gone for who needs them, and for nobody else', async () => {
      const t = june + seconds(1);
      expect(await read('users', t)).toEqual([{ hour: 1, month: 2 }]);
      expect(await drop(at('2026-05-17T00:00:00Z'))).toEqual({
        months: 1,
        completeFrom: at('2026-05-01T00:00:00Z'),
      });
      expect(Object.keys(await tables())).toEqual(['clicks_y2026m06']);
      expect(await read('users', t)).toEqual([{ hour: 1, month: 2 }]);
      await expect(read('lives', t)).rejects.toThrow(HistoryBehind);
      await expect(read('lives', t)).rejects.toThrow(
        'clicks: needs all arrivals from the first on, has those from 2026-05-01T00:00:00.000Z on: older months were dropped, as its retention says',
      );
      // A window of 30 days and a day of earliness: from 31 days after the instant on, all of it is there.
      const first = at('2026-05-01T00:00:00Z') + days(31);
      expect(await read('users', first)).toEqual([{ hour: 0, month: 0 }]);
      await expect(read('users', first - 2)).rejects.toThrow(
        'needs arrivals from 2026-04-30T23:59:59.999999Z on',
      );
      const all = {
        read: { group: 'lives' },
        spine: [{ t, request: { user_id: 1 } }],
        known: { kind: 'hindsight' },
      } as const;
      await expect(history.read(all)).rejects.toThrow(HistoryBehind);
      expect(await history.read({ ...all, allowHistoryBehind: true })).toEqual([{ ever: 2 }]);
    });

    it('keep what was dropped said, also where nothing more is dropped', async () => {
      await drop(at('2026-05-17T00:00:00Z'));
      expect(await drop(at('2026-05-20T00:00:00Z'))).toBeNull();
      expect(await drop(at('2026-03-01T00:00:00Z'))).toBeNull();
      await expect(read('lives', june)).rejects.toThrow('those from 2026-05-01');
      expect((await historyFrontier(history.db))[0]).toMatchObject({ nextOffset: 4 });
    });

    it('wait for who reads them', async () => {
      await history.db.transaction().execute(async trx => {
        await sql`lock table only "history"."clicks" in access share mode`.execute(trx);
        await expect(drop(june, '20ms')).rejects.toThrow('lock timeout');
      });
      expect(await drop(june)).toMatchObject({ months: 1 });
    });
  });

  describe('in a history made for another program', () => {
    const install = async (own: readonly ReturnType<typeof column>[], options = {}): Promise<void> =>
      await installSchema(
        history.db,
        sqlProgram(programOf({ sources: [clicks([...own], options)], groups: [] })) as SqlProgram,
      );

    it('get the columns that records from before may lack', async () => {
      await history.append([event(0, 0)]);
      const more = [...columns, column('note', text, true), column('amount', decimal(10, 2), true)];
      await install(more);
      const program = sqlProgram(programOf({ sources: [clicks(more)], groups: [] })) as SqlProgram;
      await appendHistory(history.pool, program, [
        event(1, 0, { row: { user_id: 1, t: 0, note: 'x', amount: 0.5 } }),
      ]);
      const { rows } = await sql`select note, amount from "history"."clicks" order by _offset`.execute(
        history.db,
      );
      expect(rows).toEqual([
        { note: null, amount: null },
        { note: 'x', amount: '0.50' },
      ]);
      await install([column('user_id', int, true), ...more.slice(1)]);
      await history.append([event(2, 0, { row: { user_id: null, t: 0 } })]);
    });

    it('say what cannot be brought up to date, and what to do', async () => {
      await history.append([event(0, 0)]);
      await expect(install([...columns, column('must', int)])).rejects.toMatchObject({
        code: 'SK001',
        message: 'history.clicks has records from before the column must, which may not be null',
        hint: 'Declare it nullable, or give the source a new name.',
      });
      await expect(install([column('user_id', text), columns[1]!])).rejects.toThrow(
        'history.clicks: the column user_id is bigint, and the program declares text',
      );
    });

    it('are missed where an earlier version kept all in one table', async () => {
      await sql`drop table "history"."clicks" cascade`.execute(history.db);
      await sql`create table "history"."clicks" (user_id bigint)`.execute(history.db);
      await expect(install(columns)).rejects.toMatchObject({
        message: 'history.clicks was made by an earlier version of skewless: it is not kept by month',
        hint: expect.stringContaining('drop schema "history" cascade'),
      });
    });
  });
});
