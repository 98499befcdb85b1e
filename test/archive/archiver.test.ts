import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HolderWatch } from '../../runtime/archive/turn.ts';
import { historyFrontier, HistoryBehind, trainingSet } from '../../runtime/history/index.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { startArchiver, until, µs } from './support/archivers.ts';
import type { StartedArchiver } from './support/archivers.ts';
import { expectedLines, refusedLines, storedLines } from './support/contents.ts';
import { FakeLog } from './support/fake-log.ts';
import type { LoggedValue } from './support/fake-log.ts';
import { sql } from './support/program.ts';

const settings = runSettings({ seed: 31, runs: 3, values: 0 });
const hour = 3_600_000_000;
const click = (arrivedAt: number, more: Partial<LoggedValue> = {}): LoggedValue => ({
  ...{ source: 'clicks', arrivedAt, value: { user_id: 1, t: arrivedAt, name: 'é "x"', amount: '1.50' } },
  ...more,
});

let database: TestDatabase;
let log: FakeLog;
let archivers: StartedArchiver[];

beforeEach(async () => {
  database = await testDatabase();
  log = new FakeLog(µs);
  archivers = [];
});

afterEach(async () => {
  await Promise.allSettled(archivers.map(archiver => archiver.end()));
  await database.end();
});

function start(
  ...parameters: Parameters<typeof startArchiver> extends [unknown, unknown, ...infer R] ? R : never
) {
  const archiver = startArchiver(database.connection, log, ...parameters);
  archivers.push(archiver);
  return archiver;
}

const frontier = async () =>
  await historyFrontier(new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) }));

/** Waits until the schema is there as well. */
async function hasStored(source: string, records: number): Promise<void> {
  await until(`${source} has ${records} records`, async () => {
    const counted = database.pool.query<{ n: number }>(
      `select count(*)::int as n from "history"."${source}"`,
    );
    const { rows } = await counted.catch(() => ({ rows: [{ n: 0 }] }));
    return rows[0]!.n >= records;
  });
}

describe('an archiver', () => {
  it('keeps every record once, in whatever batches it comes, poison between good ones as it was', async () => {
    for (let run = 0; run < settings.runs; run += 1) {
      const random = new Random(settings.seed + run);
      log = new FakeLog(µs);
      const now = µs();
      const poison = [
        new Uint8Array([123, 0, 255]),
        { user_id: 1.5 },
        null,
        new TextEncoder().encode('{"user_id":1,"t":1,"name":"a","amount":12345678901234567.891}'),
      ];
      for (let i = 0; i < 600; i += 1) {
        log.write(
          click(now - random.below(40 * 24) * hour, {
            partition: random.below(3),
            ...(random.chance(0.1) ? { value: random.pick(poison) } : {}),
          }),
        );
      }
      await database.pool.query('drop schema if exists "history" cascade');
      // Told to end at a random record, and started again from where the history stands.
      for (let round = 0; round < 4; round += 1) {
        const archiver = start({
          source: () => log.source({ random, most: 90 }),
          batch: { records: random.between(1, 120), milliseconds: 5 },
        });
        const enough = random.below(150);
        await until('some are stored', () => stored(archiver) >= enough || caughtUp(archiver));
        await archiver.end();
      }
      const last = start({ source: () => log.source({ bounded: true, most: 200 }) });
      await last.ended;
      const expected = expectedLines(log, 'clicks');
      expect(await storedLines(database.pool, 'clicks')).toEqual(expected.stored);
      expect(await refusedLines(database.pool, 'clicks')).toEqual(expected.refused);
      expect(expected.refused.length, `seed ${settings.seed + run}`).toBeGreaterThan(10);
    }
  });

  const stored = ({ told }: StartedArchiver): number =>
    told.commits.reduce((sum, commit) => sum + commit.stored + commit.refused, 0);
  const caughtUp = ({ told }: StartedArchiver): boolean =>
    told.commits.some(
      ({ positions }) => positions.reduce((sum, { nextOffset }) => sum + nextOffset, 0) >= 600,
    );

  it('says how far arrivals are complete: at the end of an idle partition, up to now less the skew', async () => {
    const begun = µs();
    log.write(click(begun - 10 * hour), click(begun - 9 * hour, { partition: 1 }));
    log.partition('clicks', 2);
    log.partition('clicks', 3, { start: 70 });
    log.write({ ...click(begun - hour), source: 'views' });
    log.writeMarker('clicks', 1);
    start({ clockSkew: 1_000_000 });
    const complete = async (): Promise<readonly (readonly [string, number, number])[]> =>
      (await frontier()).map(({ source, partition, completeUntil }) => [source, partition, completeUntil]);
    await until('all is complete up to now', async () => {
      const rows = await complete().catch(() => []);
      return (
        rows.length === 5 &&
        rows.filter(([source]) => source === 'clicks').every(([, , us]) => us > begun - 1_000_000)
      );
    });
    const rows = await frontier();
    const ended = µs();
    expect(rows.map(({ source, partition, nextOffset }) => [source, partition, nextOffset])).toEqual([
      ['clicks', 0, 1],
      ['clicks', 1, 2],
      ['clicks', 2, 0],
      ['clicks', 3, 70],
      ['views', 0, 1],
    ]);
    for (const { source, completeUntil } of rows) {
      if (source === 'clicks') expect(completeUntil).toBeLessThanOrEqual(ended - 1_000_000);
      // A producer may stamp anything: no more than what is there is promised.
      else expect(completeUntil).toBe(begun - hour);
    }
  });

  it('knows of partitions that it has not read, so that nobody takes the others for all', async () => {
    const now = µs();
    log.write(click(now - 2 * hour));
    for (let i = 0; i < 50; i += 1) log.write(click(now - 2 * hour + i, { partition: 1 }));
    start({ source: () => log.source({ withhold: 1 }) });
    await hasStored('clicks', 1);
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
    const read = trainingSet(db, sql, {
      read: { group: 'users' },
      spine: [{ t: now - 3 * hour, request: { user_id: 1 } }],
      known: { kind: 'arrival' },
    });
    await expect(read).rejects.toThrow(HistoryBehind);
    await expect(read).rejects.toThrow('clicks, topic 0, epoch 0, partition 1: needs all arrivals');
  });

  it('says aloud what arrives earlier than was promised, and keeps it', async () => {
    const now = µs();
    log.write(click(now - hour));
    const { told } = start({ clockSkew: 0 });
    await until(
      'a promise is made',
      async () => ((await frontier().catch(() => []))[0]?.completeUntil ?? -Infinity) > now - hour,
    );
    log.write(click(now - hour / 2), click(now - hour / 4));
    await hasStored('clicks', 3);
    await until('it is said', () => told.early.length > 0);
    expect(told.early).toMatchObject([
      { source: 'clicks', partition: 0, records: 2, arrivedAt: now - hour / 2 },
    ]);
    expect(told.said.join()).toContain('raise clockSkew');
  });

  it('takes a former epoch for complete once a topic is made anew', async () => {
    const now = µs();
    log.write(click(now - 2 * hour), click(now - 2 * hour, { source: 'views' }));
    await start({ source: () => log.source({ bounded: true }) }).ended;
    log = new FakeLog(µs);
    log.write(click(now - hour, { epoch: 1 }), click(now - hour, { epoch: 1, source: 'views' }));
    await start({ source: () => log.source({ bounded: true }) }).ended;
    expect(
      (await frontier()).map(({ source, epoch, completeUntil }) => [source, epoch, completeUntil]),
    ).toEqual([
      ['clicks', 0, Infinity],
      ['clicks', 1, expect.any(Number)],
      ['views', 0, Infinity],
      ['views', 1, now - hour],
    ]);
  });

  it('passes over what is about no row of a table', async () => {
    const now = µs();
    const change = { op: 'c', after: { id: 1, name: 'a' }, source: { ts_us: now, lsn: 5 } };
    log.write(
      { source: 'items', arrivedAt: now, value: change },
      { source: 'items', arrivedAt: now, value: null },
    );
    await start({ source: () => log.source({ bounded: true }) }).ended;
    const { rows } = await database.pool.query('select id, name, _op, _lsn from "history"."items"');
    expect(rows).toEqual([{ id: '1', name: 'a', _op: 'c', _lsn: '5' }]);
    expect(await frontier()).toMatchObject([{ source: 'items', nextOffset: 2 }]);
    expect(await refusedLines(database.pool, 'items')).toEqual([]);
  });

  it('is told to end by a source that cannot go on, after writing what it had', async () => {
    log.write(click(µs()));
    const archiver = start({
      source: () => {
        const source = log.source({ bounded: true });
        const run: typeof source.run = async (from, take) => {
          await source.run(from, take);
          throw new Error('the log was cut');
        };
        return Object.assign(Object.create(source) as typeof source, {
          run,
          ends: () => source.ends(),
          close: () => source.close(),
          commit: () => source.commit([]),
        });
      },
    });
    await expect(archiver.ended).rejects.toThrow('the log was cut');
    expect(await storedLines(database.pool, 'clicks')).toHaveLength(1);
    expect(archiver.told.health.at(-1)).toEqual(['stopped', null]);
  });
});

describe('two archivers', () => {
  it('take turns: when the session of the one ends, the other goes on, and no record is lost or doubled', async () => {
    const random = new Random(settings.seed);
    let written = 0;
    const writing = setInterval(() => {
      for (let i = 0; i < 10; i += 1) log.write(click(µs(), { partition: random.below(2) }));
      written += 10;
    }, 4);
    try {
      const pair = [start(), start()];
      for (let round = 0; round < 5; round += 1) {
        const goal = pair.reduce((sum, { told }) => sum + told.commits.length, 0) + 3;
        await until(
          'more is written',
          () => pair.reduce((sum, { told }) => sum + told.commits.length, 0) >= goal,
        );
        expect(log.readers).toBeLessThanOrEqual(1);
        const { rowCount } = await database.pool.query(
          `select pg_terminate_backend(a.pid) from pg_stat_activity as a join pg_locks as l on l.pid = a.pid
           where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and a.application_name = 'skewless archiver' and a.datname = current_database()`,
        );
        expect(rowCount).toBe(1);
      }
      // The one that archives is told to end; the other goes on at once.
      const first = pair.find(({ told }) => told.health.at(-1)?.[0] === 'archiving') ?? pair[0]!;
      await first.end();
      const other = pair.find(each => each !== first)!;
      const before = other.told.commits.length;
      await until('the other archives', () => other.told.commits.length > before + 2);
    } finally {
      clearInterval(writing);
    }
    await hasStored('clicks', written);
    expect(await storedLines(database.pool, 'clicks')).toEqual(expectedLines(log, 'clicks').stored);
  });

  it('wait no longer than they should for one that has stopped and lets the server wait', async () => {
    const silent = new pg.Client(database.connection);
    silent.on('error', () => undefined);
    await silent.connect();
    await silent.query('select pg_advisory_lock(1936418167, 1)');
    log.write(click(µs()));
    const { told } = start();
    await hasStored('clicks', 1);
    expect(told.health.map(([health]) => health)).toEqual(['connecting', 'waiting', 'archiving']);
    expect(told.said).toContain('the replica that archives is silent; its session is ended');
    await expect(silent.query('select 1')).rejects.toThrow();
  });

  it('leave one alone that goes on talking to the server', () => {
    const watch = new HolderWatch(100);
    const holder = { pid: 1, since: 'a' };
    expect(watch.see(holder, 0)).toBeNull();
    expect(watch.see(holder, 99)).toBeNull();
    expect(watch.see({ ...holder, since: 'b' }, 150)).toBeNull();
    expect(watch.see(null, 200)).toBeNull();
    expect(watch.see({ ...holder, since: 'b' }, 250)).toBeNull();
    expect(watch.see({ ...holder, pid: 2, since: 'b' }, 340)).toBeNull();
    expect(watch.see({ ...holder, pid: 2, since: 'b' }, 440)).toEqual({ pid: 2, since: 'b' });
  });
});
