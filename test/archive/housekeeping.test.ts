import { MessageChannel } from 'node:worker_threads';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArchiveError, archiveInThread, endMessage, receive } from '../../runtime/archive/index.ts';
import type { ArchiveMessage } from '../../runtime/archive/index.ts';
import { checkRetention } from '../../runtime/archive/housekeeping.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { impatient, startArchiver, until } from './support/archivers.ts';
import { storedLines } from './support/contents.ts';
import { FakeLog } from './support/fake-log.ts';
import { program, sql } from './support/program.ts';

const day = 86_400_000_000;
const now = Date.UTC(2026, 11, 20, 12) * 1000;
const click = (arrivedAt: number) => ({
  ...{ source: 'clicks', arrivedAt, value: { user_id: 1, t: arrivedAt, name: 'a' } },
});

describe('an archiver', () => {
  let database: TestDatabase;
  let log: FakeLog;
  beforeEach(async () => {
    database = await testDatabase();
    log = new FakeLog(() => now);
  });
  afterEach(async () => {
    await database.end();
  });

  const months = async (table: string): Promise<readonly string[]> => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
       where i.inhparent = to_regclass('"history"."${table}"') order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('makes months ahead, and drops what retention no longer holds: of each stream its own', async () => {
    const old = now - 400 * day;
    log.write(click(old), { ...click(old), value: null }, click(now - 80 * day), click(now));
    log.write({ ...click(old), source: 'views' }, { ...click(old), source: 'views', value: null });
    await startArchiver(database.connection, log, {
      now: () => now,
      source: () => log.source({ bounded: true }),
    }).ended;
    expect(await months('clicks')).toEqual(
      ['2025m11', '2026m10', '2026m12', '2027m01'].map(month => `clicks_y${month}`),
    );
    const { told, end } = startArchiver(database.connection, log, {
      now: () => now,
      retention: { clicks: 60 * day },
      patience: { ...impatient, housekeeping: 20 },
    });
    await until('months are dropped', () => told.dropped.length > 0);
    await end();
    // 20 December less 60 days is 21 October: the whole of it stays.
    expect(told.dropped).toEqual([['clicks', 1, Date.UTC(2026, 9, 1) * 1000]]);
    expect(await months('clicks')).toEqual(
      ['2026m10', '2026m12', '2027m01'].map(month => `clicks_y${month}`),
    );
    expect(await months('views')).toEqual(['2025m11', '2026m12', '2027m01'].map(month => `views_y${month}`));
    const { rows } = await database.pool.query('select source from "history"."refused"');
    expect(rows).toEqual([{ source: 'views' }]);
  });

  it('drops nothing that is being read, goes on meanwhile, and drops it afterwards', async () => {
    log.write(click(now - 400 * day), click(now));
    await startArchiver(database.connection, log, {
      now: () => now,
      source: () => log.source({ bounded: true }),
    }).ended;
    const reader = await database.pool.connect();
    await reader.query('begin; lock table only "history"."clicks" in access share mode');
    const { told, end } = startArchiver(database.connection, log, {
      now: () => now,
      retention: { clicks: 60 * day },
      patience: { ...impatient, housekeeping: 20 },
    });
    await until('it has to wait', () =>
      told.said.includes('old months are being read, and are dropped later'),
    );
    log.write(click(now + 1));
    await until('it goes on', async () => (await storedLines(database.pool, 'clicks')).length === 3);
    expect(told.dropped).toEqual([]);
    await reader.query('commit');
    reader.release();
    await until('months are dropped', () => told.dropped.length === 1);
    await end();
  });

  it('refuses a retention that would lose what is needed, or is of nothing', () => {
    const refusalOf = (retention: Readonly<Record<string, number>>): string => {
      try {
        checkRetention({ sql, retention });
      } catch (error) {
        expect(error).toBeInstanceOf(ArchiveError);
        return (error as Error).message;
      }
      return '';
    };
    expect(refusalOf({ clicks: day })).toBe('');
    expect(refusalOf({ items: day })).toContain(
      'retention.items: items is a table. A row may stand as its first change',
    );
    expect(refusalOf({ click: day })).toBe(
      "retention.click: the program has no such stream; did you mean 'clicks'?",
    );
    expect(refusalOf({ clicks: NaN })).toContain('NaN is no duration');
  });

  it('cannot go on where the history is of an earlier version, and says what to do', async () => {
    await database.pool.query('create schema "history"; create table "history"."clicks" (user_id bigint)');
    const { ended } = startArchiver(database.connection, log);
    await expect(ended).rejects.toThrow(
      /not kept by month\. Its records are on the log still.*drop schema "history"/,
    );
  });

  it('tells the thread that started it everything through messages, and ends at one', async () => {
    const { port1, port2 } = new MessageChannel();
    const told: string[] = [];
    let last: ArchiveMessage | null = null;
    let stored = 0;
    port2.on('message', (message: ArchiveMessage) => {
      last ??= receive(message, {
        health: (health, detail) => void told.push(`${health} ${detail}`),
        committed: commit => void (stored += commit.stored),
        failed: () => undefined,
        early: () => undefined,
        dropped: () => undefined,
      });
    });
    log.write(click(now));
    const running = archiveInThread(port1, {
      ...{ program, sql, postgres: database.connection, now: () => now },
      source: () => log.source(),
      batch: { milliseconds: 10 },
      log: pino({ level: 'silent' }),
    });
    await until('it is stored', () => stored === 1);
    port2.postMessage(endMessage);
    await running;
    await until('it has ended', () => last !== null);
    expect(last).toEqual({ kind: 'ended', error: null });
    expect(told).toEqual(['connecting null', 'archiving null', 'stopped null']);
    port1.close();
  });
});
