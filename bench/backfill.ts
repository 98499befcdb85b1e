// How long the training set of the flights' vector takes, against the same written by hand, in one run:
//   node --expose-gc --conditions=source --import tsx bench/backfill.ts [spine rows] [events] [dense|sparse]
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { serving } from '../generated/serving.ts';
import { program } from '../generated/sql/index.ts';
import { openTrainingRun } from '../runtime/history/training-run.ts';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import { backfill } from '../runtime/training/backfill.ts';
import type { CarriedRow } from '../runtime/training/contract.ts';
import { byLateral, byWindowFunctions } from './backfill/by-hand.ts';

const SPINE = Number(process.argv[2] ?? 1_000_000);
const EVENTS = Number(process.argv[3] ?? 3_000_000);
const ONLY = process.argv[4];
const JOBS = 2;
/** Rows of the spine that LATERAL is given by hand. */
const SAMPLE = 50_000;
/** ms. */
const MOST_BY_HAND = 240_000;
/** SQLSTATE. */
const queryCanceled = '57014';

const server = await startEmbeddedPostgres({ settings: { shared_buffers: '1GB' } });
for (const title of ['dense', 'sparse']) {
  if (ONLY !== undefined && ONLY !== title) continue;
  const connection = await server.createDatabase(`bench_${title}`);
  // Another process holds the flights while they are loaded: this one's memory is what is measured.
  await promisify(execFile)(process.execPath, [
    ...['--conditions=source', '--import', 'tsx', join(import.meta.dirname, 'backfill', 'load.ts')],
    ...[JSON.stringify(connection), title, String(EVENTS), String(SPINE)],
  ]);
  const pool = createPool(connection, { max: JOBS + 4 });
  console.log(`\n${title}: ${EVENTS} flights, ${SPINE} rows of the spine`);
  const { computed, read } = await runWhole(pool);
  const hands = [
    { title: 'one LATERAL per window', ...(await byHand(pool, 'a', byLateral, SAMPLE)) },
    { title: 'window functions', ...(await byHand(pool, 'b', byWindowFunctions, SPINE)) },
  ];
  for (const name of ['a', 'b']) await requireEqual(pool, name);
  const best = Math.min(...hands.map(({ time }) => time));
  console.log(
    `run, to a table in the database ${seconds(computed)}, to this process ${seconds(computed + read)}`,
  );
  for (const hand of hands) console.log(`by hand, to a table: ${hand.title} ${hand.told}`);
  console.log(
    `run / best by hand: to a table ${(computed / best).toFixed(2)}, to this process ${((computed + read) / best).toFixed(2)}`,
  );
  await pool.query('drop schema "skewless_run_bench" cascade');
  await toParquet(pool);
  await pool.end();
}
await server.stop();

/** @returns ms from the spine in this process to the result in the database, and on to this process */
async function runWhole(pool: pg.Pool): Promise<{ readonly computed: number; readonly read: number }> {
  globalThis.gc?.();
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
  const before = process.memoryUsage.rss();
  const request = {
    read: { vector: 'delay_risk' },
    known: { kind: 'arrival' },
    before: true,
    carried: [],
    hasKnownAt: false,
  } as const;
  const run = await openTrainingRun(pool, program, request, { id: 'bench', jobs: JOBS, chunkRows: 20_000 });
  const started = performance.now();
  const phases = new Map<string, number>();
  let last = started;
  const phase = (name: string): void => {
    const now = performance.now();
    phases.set(name, (phases.get(name) ?? 0) + now - last);
    last = now;
  };
  await run.load(spineRows(pool));
  phase('loading the spine');
  let step = 'beginning';
  await run.compute(progress => {
    phase(step);
    step = progress.step;
  });
  phase(step);
  const computed = last - started;
  let rows = 0;
  for await (const batch of run.results(0)) rows += batch.rows;
  phase('reading the result');
  clearInterval(watch);
  await run.close();
  for (const [name, time] of phases) console.log(`  ${name.padEnd(32)}${seconds(time).padStart(10)}`);
  console.log(
    `  ${rows} rows, ${Math.round(rows / ((last - started) / 1000))} a second; Node's memory: ${megabytes(before)} before, ${megabytes(peak)} at most`,
  );
  return { computed, read: last - started - computed };
}

async function* spineRows(pool: pg.Pool): AsyncGenerator<readonly CarriedRow[], void> {
  const page = 10_000;
  for (let first = 0; first < SPINE; first += page) {
    const { rows } = await pool.query<[string, string, string, string]>({
      text: `select "skewless".us(t), origin, destination, distance from bench_spine where n between $1 and $2 order by n`,
      values: [first, first + page - 1],
      rowMode: 'array',
    });
    yield rows.map(([t, origin, destination, distance]) => ({
      t: Number(t),
      request: { origin, destination, distance: Number(distance) },
      carried: [],
    }));
  }
}

/**
 * By hand, of so many rows of the spine, spread evenly.
 * @returns ms of all of them: LATERAL is linear in reads; window functions are not, and are given all. Infinity where
 *   the time ran out
 */
async function byHand(
  pool: pg.Pool,
  name: string,
  query: string,
  rows: number,
): Promise<{ readonly time: number; readonly told: string }> {
  const client = await pool.connect();
  try {
    await client.query(`set work_mem = '128MB'; set statement_timeout = ${MOST_BY_HAND}`);
    const step = Math.max(Math.floor(SPINE / rows), 1);
    await client.query(
      `drop table if exists hand_spine; create unlogged table hand_spine as select * from bench_spine where n % ${step} = 0; analyze hand_spine`,
    );
    const asked = Number(
      (await client.query<{ n: string }>('select count(*) as n from hand_spine')).rows[0]!.n,
    );
    const started = performance.now();
    await client.query(
      `create unlogged table hand_${name} as ${query.replaceAll('bench_spine', 'hand_spine')}`,
    );
    const measured = performance.now() - started;
    const time = (measured * SPINE) / asked;
    const scaled = asked === SPINE ? '' : ` (scaled from ${asked} rows, which took ${seconds(measured)})`;
    return { time, told: `${seconds(time)}${scaled}` };
  } catch (error) {
    if ((error as { code?: unknown }).code !== queryCanceled) throw error;
    return { time: Infinity, told: `not done in ${seconds(MOST_BY_HAND)}, and given up` };
  } finally {
    client.release(true);
  }
}

/** From the spine in the database to a Parquet file, as `skewless backfill` does it. */
async function toParquet(pool: pg.Pool): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skewless-bench-'));
  const started = performance.now();
  let writing = started;
  const report = await backfill({
    pool,
    programs: { sql: program, serving },
    read: 'delay_risk',
    spine: 'query:select t, origin, destination, distance from bench_spine order by n',
    out: join(folder, 'training.parquet'),
    before: true,
    jobs: JOBS,
    onProgress: ({ step }) => (writing = step === 'writing' ? writing : performance.now()),
  });
  const ended = performance.now();
  await rm(folder, { recursive: true });
  console.log(
    `to Parquet, checks of the spine included: ${seconds(ended - started)}, of them reading and writing the result ${seconds(ended - writing)} (${Math.round(report.rows / ((ended - writing) / 1000))} rows a second); Node's memory: ${megabytes(process.resourceUsage().maxRSS * 1024)} at most so far`,
  );
}

async function requireEqual(pool: pg.Pool, name: string): Promise<void> {
  const present = await pool.query<{ there: boolean }>(
    `select to_regclass('hand_${name}') is not null as there`,
  );
  if (!present.rows[0]!.there) return;
  const features = program.vectors.find(vector => vector.name === 'delay_risk')!.features;
  const differences = features.map(
    feature =>
      `count(*) filter (where f."${feature.name}" is distinct from h."${feature.name}") as "${feature.name}"`,
  );
  const { rows } = await pool.query<Record<string, string>>(
    `select count(*) as "#", ${differences.join(', ')} from "skewless_run_bench"."skewless_result" as f join hand_${name} as h on h.n = f."#"`,
  );
  const { '#': compared, ...differing } = rows[0]!;
  const wrong = Object.entries(differing).filter(([, count]) => count !== '0');
  if (compared === '0' || wrong.length > 0)
    throw new Error(`by hand (${name}): ${compared} rows, differing: ${JSON.stringify(wrong)}`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
