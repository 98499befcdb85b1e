import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPool } from '../../runtime/postgres/pool.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { startArchiver, until, µs } from './support/archivers.ts';
import type { StartedArchiver } from './support/archivers.ts';
import { expectedLines, expectSame, refusedLines, storedLines } from './support/contents.ts';
import { FakeLog } from './support/fake-log.ts';
import { restartablePostgres } from './support/restartable-postgres.ts';
import type { RestartablePostgres } from './support/restartable-postgres.ts';

const settings = runSettings({ seed: 77, runs: 12, values: 0 });

let server: RestartablePostgres;
beforeAll(async () => {
  server = await restartablePostgres();
});
afterAll(async () => {
  await server?.remove();
});

describe('while PostgreSQL comes and goes', () => {
  let log: FakeLog;
  let archiver: StartedArchiver;
  let writing: NodeJS.Timeout;
  let random: Random;

  beforeEach(() => {
    random = new Random(settings.seed);
    log = new FakeLog(µs);
    writing = setInterval(() => {
      for (let i = 0; i < 20; i += 1) {
        const arrivedAt = µs();
        const value = random.chance(0.02)
          ? null
          : { user_id: i, t: arrivedAt, name: `n${i}`, amount: '0.10' };
        log.write({ source: 'clicks', partition: random.below(3), arrivedAt, value });
      }
    }, 4);
    archiver = startArchiver(server.connection, log, {
      source: () => log.source({ random: new Random(settings.seed), most: 500 }),
      batch: { records: 2_000, milliseconds: 10 },
    });
  });
  afterEach(async () => {
    clearInterval(writing);
    await archiver.end().catch(() => undefined);
  });

  const commits = (): number => archiver.told.commits.length;
  async function more(count: number): Promise<void> {
    const goal = commits() + count;
    await until('more is committed', () => commits() >= goal);
  }

  /** No more is written to the log; what is there must be in the history. */
  async function expectAll(): Promise<void> {
    clearInterval(writing);
    const expected = expectedLines(log, 'clicks');
    const pool = createPool(server.connection);
    try {
      await until('the history has caught up', async () => {
        const { rows } = await pool.query<{ next: number }>(
          `select coalesce(sum(next_offset), 0)::float8 as next from "history"."frontier" where source = 'clicks'`,
        );
        return rows[0]!.next >= log.records('clicks').length;
      });
      expectSame(await storedLines(pool, 'clicks'), expected.stored);
      expectSame(await refusedLines(pool, 'clicks'), expected.refused);
      await pool.query('drop schema "history" cascade');
    } finally {
      await pool.end();
    }
  }

  it('nothing is lost or doubled where sessions are killed at any moment', async () => {
    await more(2);
    const killer = new pg.Client({ ...server.connection });
    await killer.connect();
    for (let round = 0; round < settings.runs; round += 1) {
      const before = commits();
      await until('it archives', () => commits() > before);
      const wait = random.below(40);
      for (let i = 0; i < wait; i += 1) await killer.query('select');
      // Between two transactions nothing fails, and the session is opened anew; so every other time it must hurt.
      const state = round % 2 === 0 ? '' : `and state <> 'idle'`;
      await until('a session is killed', async () => {
        const { rowCount } = await killer.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'skewless archiver' ${state}`,
        );
        return rowCount! > 0;
      });
    }
    await killer.end();
    await more(3);
    expect(archiver.told.failures.length).toBeGreaterThan(settings.runs / 3);
    await expectAll();
  });

  it('nothing is lost or doubled where the server is stopped, crashes and starts again', async () => {
    for (let round = 0; round < 4; round += 1) {
      await more(3);
      await server.stop(round % 2 === 0 ? 'INT' : 'QUIT');
      await until('it is noticed', () => archiver.told.health.at(-1)?.[0] === 'away');
      const waiting = log.records('clicks').length;
      await until('the log goes on', () => log.records('clicks').length > waiting + 200);
      await server.start();
    }
    await more(2);
    expect(archiver.told.health.filter(([health]) => health === 'away').length).toBeGreaterThanOrEqual(4);
    await expectAll();
  });

  it('waits while the history cannot be written to, and goes on', async () => {
    await more(2);
    const client = new pg.Client({ ...server.connection });
    await client.connect();
    await client.query('alter table "history"."frontier" rename to "frontier_away"');
    await until('it is away', () => archiver.told.health.at(-1)?.[0] === 'away');
    const stopped = commits();
    await client.query('alter table "history"."frontier_away" rename to "frontier"');
    await client.end();
    await until('it goes on', () => commits() > stopped + 2);
    expect(archiver.told.said.filter(text => text.includes('keeps what it has'))).toHaveLength(1);
    await expectAll();
  });

  it('starts over where the history was put back to an earlier state', async () => {
    await until('enough is there', () => log.records('clicks').length > 1_000);
    await more(3);
    const client = new pg.Client({ ...server.connection });
    await client.connect();
    await client.query('begin');
    await client.query('lock table "history"."frontier" in access exclusive mode');
    await client.query(`delete from "history"."clicks" where _offset >= 100`);
    await client.query(`delete from "history"."refused" where "offset" >= 100`);
    await client.query(
      `update "history"."frontier" as f set next_offset = 100, complete_until = '-infinity', arrived_at = (
         select max(a) from (select _arrived_at as a from "history"."clicks" where _partition = f.partition
           union all select r.arrived_at from "history"."refused" as r where r.partition = f.partition) as a)`,
    );
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'skewless archiver'`,
    );
    await client.query('commit');
    await client.end();
    await until('it starts over', () =>
      archiver.told.said.includes('the archive starts over from where the history stands'),
    );
    await expectAll();
  });
});
