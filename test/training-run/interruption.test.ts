import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installSchema, trainingSet } from '../../runtime/history/index.ts';
import type { TrainingRun } from '../../runtime/training/contract.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import type { Value, Values } from '../support/three-ways/read.ts';
import { batchesOf, featuresOf, featuresRead, openRun, rowsOf } from './support/run.ts';
import { fill, flightRecords, numbered, program, request, spineOf } from './support/small.ts';

// A run of two jobs, stopped in every way at every step: the next one of its name goes on.

const records = 400;
const spine = spineOf(120, records);
let database: TestDatabase;
let db: AnyDatabase;
let expected: readonly Values[];

beforeAll(async () => {
  database = await testDatabase();
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
  await installSchema(db, program);
  await fill(database.pool, flightRecords(records));
  expected = await trainingSet(db, program, {
    ...{ read: request.read, spine, known: request.known, before: request.before },
    allowHistoryBehind: true,
  });
});

afterAll(async () => {
  await database?.end();
});

const open = (id: string, chunkRows = 50): Promise<TrainingRun> =>
  openRun(database.pool, program, request, { id, jobs: 2, chunkRows });
const load = (run: TrainingRun): Promise<number> => run.load(batchesOf(numbered(spine)));
const quiet = (): undefined => undefined;

async function requireWhole(run: TrainingRun): Promise<void> {
  const rows: Value[][] = await rowsOf(run.results(0));
  expect(featuresOf(run.columns, featuresRead(program, request), rows)).toEqual(expected);
  expect(rows.map(row => row[4])).toEqual(spine.map((_, index) => index * 3));
}

async function end(run: TrainingRun): Promise<void> {
  await run.drop();
  await run.close();
}

/** A pool of which the connection that is to take the n-th statement is killed before it does. */
function mortalPool(statements: number): { readonly pool: pg.Pool; hasKilled(): boolean } {
  const pool = createPool(database.connection);
  let left = statements;
  pool.on('connect', client => {
    const { processID } = client as unknown as { readonly processID: number };
    const query = client.query.bind(client) as (...parts: readonly unknown[]) => unknown;
    const mortal = (...parts: readonly unknown[]): unknown => {
      left -= 1;
      if (left !== 0) return query(...parts);
      return database.pool.query('select pg_terminate_backend($1)', [processID]).then(() => query(...parts));
    };
    Object.assign(client, { query: mortal });
  });
  return { pool, hasKilled: () => left <= 0 };
}

async function goOn(pool: pg.Pool): Promise<string> {
  const run = await openRun(pool, program, request, { id: 'killed', jobs: 2, chunkRows: 50 });
  try {
    if (run.loaded === null) await load(run);
    await run.compute(quiet);
    await requireWhole(run);
    await run.drop();
    return 'whole';
  } finally {
    await run.close();
  }
}

describe('a training run goes on', () => {
  it('after it was stopped at any step', async () => {
    // Each time it comes one report further.
    let stops = 0;
    for (let allowed = 0; ; allowed += 1) {
      const run = await open('stopped', 25);
      if (run.loaded === null) await load(run);
      const stop = new AbortController();
      let reports = 0;
      const stopped = await run
        .compute(() => {
          reports += 1;
          if (reports > allowed) stop.abort();
        }, stop.signal)
        .then(
          () => false,
          () => true,
        );
      if (stopped) {
        stops += 1;
        await run.close();
        continue;
      }
      await requireWhole(run);
      await end(run);
      break;
    }
    expect(stops).toBeGreaterThan(5);
  });

  it('after its connection was killed at any statement', async () => {
    let kills = 0;
    for (let attempt = 0; ; attempt += 1) {
      // So many statements go well: enough for a step, more or less by what is left of the one before.
      const { pool, hasKilled } = mortalPool(35 + (attempt % 17));
      const finished = await goOn(pool).catch((error: unknown) => error);
      await pool.end();
      if (hasKilled()) {
        kills += 1;
        expect(finished).toBeInstanceOf(Error);
        expect(kills).toBeLessThan(60);
        continue;
      }
      expect(finished).toBe('whole');
      break;
    }
    expect(kills).toBeGreaterThan(3);
  });

  it('after a load that failed, which leaves nothing', async () => {
    const run = await open('load');
    async function* torn(): AsyncGenerator<ReturnType<typeof numbered>, void> {
      yield numbered(spine).slice(0, 50);
      await Promise.resolve();
      throw new Error('the file is torn');
    }
    await expect(run.load(torn())).rejects.toThrow('the file is torn');
    expect(run.loaded).toBeNull();
    await expect(
      run.load(batchesOf([{ t: 1, request: { origin: 'ORD', distance: 1 }, carried: [1] }])),
    ).rejects.toThrow('row 0 of the spine: the key destination is missing');
    await expect(run.load(batchesOf([{ ...numbered(spine)[0]!, carried: [0.5] }]))).rejects.toThrow(
      'row 0 of the spine: label: 0.5 is no int',
    );
    await run.close();
    const again = await open('load');
    expect(await load(again)).toBe(spine.length);
    await again.compute(quiet);
    await requireWhole(again);
    await end(again);
  });

  it('from a row on, once it is computed', async () => {
    const run = await open('from');
    await load(run);
    await run.compute(quiet);
    await run.close();
    const again = await open('from');
    expect(again.loaded).toBe(spine.length);
    await again.compute(quiet);
    const rows = await rowsOf(again.results(100));
    expect(rows.map(row => row[4])).toEqual(spine.map((_, index) => index * 3).slice(100));
    await end(again);
  });

  it('from the beginning, after a crash that emptied what is not logged', async () => {
    const run = await open('crash');
    await load(run);
    await run.compute(quiet);
    await run.close();
    const { rows } = await database.pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'skewless_run_crash' and tablename <> '#run'`,
    );
    await database.pool.query(`truncate ${rows.map(({ name }) => name).join(', ')}`);
    const again = await open('crash');
    expect(again.loaded).toBeNull();
    expect(again.frontier).toEqual(run.frontier);
    await load(again);
    await again.compute(quiet);
    await requireWhole(again);
    await end(again);
  });
});

describe('a training run is of one request', () => {
  it('and says so to another', async () => {
    const run = await open('other');
    await run.close();
    const another = { ...request, before: false };
    await expect(openRun(database.pool, program, another, { id: 'other' })).rejects.toThrow(
      'the training run other is of another request',
    );
    const [group, ...groups] = program.groups;
    const changed = { ...group!, feeds: group!.feeds.map(feed => ({ ...feed, rows: () => 'select 1' })) };
    const meaning = { ...program, groups: [changed, ...groups] };
    await expect(openRun(database.pool, meaning, request, { id: 'other' })).rejects.toThrow(
      'was begun when its features meant something else',
    );
    await end(await open('other'));
  });

  it('and of one process at a time', async () => {
    const run = await open('lease');
    await expect(open('lease')).rejects.toThrow('another process is at work at the training run lease');
    await end(run);
  });

  it('with a name, jobs and a pool that fit', async () => {
    await expect(open('Not A Name')).rejects.toThrow('is no name for a training run');
    await expect(openRun(database.pool, program, request, { id: 'a', jobs: 4 })).rejects.toThrow(
      'takes 5 connections, and its pool has 4',
    );
    await expect(openRun(database.pool, program, request, { id: 'a', chunkRows: 0 })).rejects.toThrow(
      'chunkRows: 0',
    );
  });
});
