import { readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { backfill, Unfinished } from 'skewless/training';
import type { BackfillOptions, BackfillReport } from 'skewless/training';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appendHistory, historyDecoder } from '../../runtime/history/index.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { csvOf, departures, flightHistory, flights, programs } from './support.ts';
import type { TestHistory } from './support.ts';

let history: TestHistory;
let spine: string;
let whole: Buffer;
beforeAll(async () => {
  history = await flightHistory();
  spine = history.file('spine.csv', csvOf(departures(40)));
  await run(history.pool, { out: history.file('whole.parquet') });
  whole = readFileSync(history.file('whole.parquet'));
});
afterAll(() => history.end());
beforeEach(() => {
  for (const name of files()) rmSync(history.file(name));
});

const files = (): string[] => readdirSync(history.folder).filter(name => name.startsWith('out.'));

function run(pool: pg.Pool, more: Partial<BackfillOptions> = {}): Promise<BackfillReport> {
  const out = history.file('out.parquet');
  return backfill({ pool, programs, read: 'delay_risk', spine, out, chunkRows: 5, jobs: 2, ...more });
}

/** A pool whose next connection, once it is armed, is killed as soon as it is lent. */
function fragile(): { readonly pool: pg.Pool; arm(): void; end(): Promise<void> } {
  const pool = createPool(parsePostgresUrl(history.url), { max: 8 });
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient & { processID: number }>;
  let armed = false;
  pool.connect = (async () => {
    const client = await connect();
    if (!armed) return client;
    armed = false;
    const gone = new Promise(resolve => client.once('end', resolve));
    await history.pool.query('select pg_terminate_backend($1)', [client.processID]);
    await gone;
    return client;
  }) as typeof pool.connect;
  return { pool, arm: () => (armed = true), end: () => pool.end() };
}

const steps = ['loading the spine', 'staging', 'computing', 'joining', 'writing'] as const;
test.each(steps)(
  'a connection lost when it is at %s: the same call completes, to the same bytes',
  async at => {
    const { pool, arm, end } = fragile();
    let isArmed = false;
    const interrupted = run(pool, {
      onProgress({ step, total }) {
        if (isArmed || !step.startsWith(at) || total === 0) return;
        isArmed = true;
        arm();
      },
    });
    const error: unknown = await interrupted.catch((thrown: unknown) => thrown);
    await end();
    expect(isArmed).toBe(true);
    expect(error).toBeInstanceOf(Unfinished);
    // At the very end it is written, and only what is computed has not been cleared away.
    if (at !== 'writing') expect(files()).toEqual([]);
    const resumed: string[] = [];
    const report = await run(history.pool, { onResumed: id => resumed.push(id) });
    expect(report.resumed).toBe(error instanceof Error);
    expect(resumed).toEqual(report.resumed ? [report.run] : []);
    expect(readFileSync(history.file('out.parquet')).equals(whole)).toBe(true);
  },
);

describe('told to stop', () => {
  const stopped = async (): Promise<Unfinished> => {
    const controller = new AbortController();
    const onProgress = ({ step }: { step: string }): void => {
      if (step.startsWith('computing')) controller.abort();
    };
    const error: unknown = await run(history.pool, { signal: controller.signal, onProgress }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Unfinished);
    expect(files()).toEqual([]);
    return error as Unfinished;
  };

  test('it goes on with what the history held, whatever has come in meanwhile', async () => {
    const { run: id, message } = await stopped();
    expect(message).toContain('the same command goes on');
    const last = flights.at(-1)!;
    const late = { ...last, offset: last.offset + 1, arrivedAt: last.arrivedAt + 1 };
    await appendHistory(history.pool, programs.sql, [historyDecoder(programs.stream)(late)]);
    const report = await run(history.pool, { start: 'only-go-on' });
    expect(report).toMatchObject({ run: id, resumed: true });
    expect(readFileSync(history.file('out.parquet')).equals(whole)).toBe(true);
  });

  test('it begins anew where that is asked for', async () => {
    await stopped();
    const report = await run(history.pool, { start: 'anew' });
    expect(report.resumed).toBe(false);
    expect(report.metadata!.frontier).toMatchObject([{ nextOffset: flights.length + 1 }]);
  });

  test('SQL that has become other is told, and anew it begins', async () => {
    await stopped();
    const statements = programs.sql.groups.map(group => ({
      ...group,
      aggregates: group.aggregates.map(each => ({ ...each, sql: `(${each.sql})` })),
    }));
    const changed = { ...programs, sql: { ...programs.sql, groups: statements } };
    await expect(run(history.pool, { programs: changed })).rejects.toThrow('skewless backfill --restart');
    const report = await run(history.pool, { programs: changed, start: 'anew' });
    expect(report.resumed).toBe(false);
  });

  test('other options are another run', async () => {
    const { run: id } = await stopped();
    const report = await run(history.pool, { before: true });
    expect(report.run).not.toBe(id);
    expect(report.resumed).toBe(false);
    await run(history.pool, { start: 'anew' });
  });
});

test('where there is nothing to go on with, only going on is an error', async () => {
  await expect(run(history.pool, { start: 'only-go-on' })).rejects.toThrow('no interrupted run');
  const { rows } = await history.pool.query(`select 1 from pg_namespace where nspname like 'skewless_run_%'`);
  expect(rows).toEqual([]);
});

test('a full disk is told, leaves no file, and loses nothing that is computed', async () => {
  const { run: id } = await run(history.pool, { dryRun: true });
  const partial = history.file(`out.parquet.partial-${id}`);
  const full = run(history.pool, {
    onProgress({ step, done, total }) {
      if (step !== 'joining' || done !== total) return;
      rmSync(partial, { force: true });
      symlinkSync('/dev/full', partial);
    },
  });
  await expect(full).rejects.toThrow('the disk is full (ENOSPC)');
  expect(files()).toEqual([]);
  expect((await run(history.pool)).resumed).toBe(true);
  expect(files().sort()).toEqual(['out.parquet', 'out.parquet.skewless.json']);
});

test('an output that stands there already keeps what it has until the new one is whole', async () => {
  const out = history.file('out.csv', 'of old');
  const controller = new AbortController();
  const onProgress = ({ step }: { step: string }): void => {
    if (step === 'writing' || step === 'joining') controller.abort();
  };
  await expect(run(history.pool, { out, onProgress, signal: controller.signal })).rejects.toThrow(Unfinished);
  expect(readFileSync(out, 'utf8')).toBe('of old');
  await run(history.pool, { out });
  expect(readFileSync(out, 'utf8')).toContain('route_departures_7d');
});
