import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configText, repository, run, start, testProject } from '../cli/support.ts';
import type { Ran, TestProject } from '../cli/support.ts';
import { PATIENCE } from '../support/patient.ts';
import { csvOf, departures, flightHistory } from './support.ts';
import type { TestHistory } from './support.ts';

let history: TestHistory;
let project: TestProject;
let options: readonly string[];
beforeAll(async () => {
  history = await flightHistory();
  project = testProject({
    'backfill.config.ts': configText(`{ kafka: { brokers: 'none:1' }, history: { url: '${history.url}' } }`),
  });
  options = ['--root', repository, '--config', `${project.root}/backfill.config.ts`];
  history.file('spine.csv', csvOf(departures(50)));
});
afterAll(async () => {
  project.remove();
  await history.end();
});

const backfill = (...more: string[]): Promise<Ran> =>
  run(['backfill', 'delay_risk', '--spine', history.file('spine.csv'), ...options, ...more]);

test('writes the training set, and tells of it and of the leak', async () => {
  const out = history.file('told.csv');
  const { code, stdout, stderr } = await backfill('--out', out, '--leak', '--before');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain(`${out}: 50 rows, 21 columns, 16 features of delay_risk\n`);
  expect(stdout).toContain('known: what had arrived by each instant; the state right before each instant');
  expect(stdout).toMatch(/^in hindsight other than served +rows +share$/m);
  expect(stdout).toMatch(/^is_short_haul +0 +0\.0 %$/m);
  expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(52);
  expect(existsSync(`${out}.skewless.json`)).toBe(true);
});

test('as JSON, with the frontier of an earlier training set', async () => {
  const first = history.file('first.ndjson');
  await backfill('--out', first, '--json');
  const out = history.file('second.ndjson');
  const { stdout, stderr } = await backfill(
    ...['--out', out, '--frontier', `${first}.skewless.json`, '--json'],
  );
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as { metadata: Record<string, unknown> };
  expect(report).toMatchObject({ rows: 50, resumed: false, out });
  expect(report.metadata).toMatchObject({ known: { kind: 'frontier' }, frontier: [{ nextOffset: 96 }] });
  expect(report.metadata['profile']).toBeUndefined();
});

test('what is wrong with the spine is told in full, in a file too, which the next sound run removes', async () => {
  const text = csvOf(departures(50));
  const spine = history.file('mended.csv', text.replaceAll('"JFK"', ''));
  const out = history.file('mended.parquet');
  const command = ['backfill', 'delay_risk', '--spine', spine, '--out', out, ...options];
  const { code, stderr } = await run(command);
  expect(code).toBe(1);
  expect(stderr).toContain('mended.csv has rows that cannot be computed; nothing was begun:');
  expect(stderr).toContain(`All of them are in ${out}.problems.ndjson`);
  const problems = readFileSync(`${out}.problems.ndjson`, 'utf8').trim().split('\n');
  expect(problems.length).toBeGreaterThan(10);
  expect(JSON.parse(problems[0]!)).toMatchObject({ row: 2, where: 'mended.csv, line 4' });
  expect(existsSync(out)).toBe(false);
  history.file('mended.csv', text);
  expect((await run(command)).code).toBe(0);
  expect(existsSync(`${out}.problems.ndjson`)).toBe(false);
});

test('a snapshot tells of each instant; the statement of a row is printed without a spine', async () => {
  const out = history.file('snapshots');
  const grid = ['--every', '12h', '--from', '2025-12-31T12:00:00Z', '--to', '2026-01-01T12:00:00Z'];
  const [snapshot, printed] = await Promise.all([
    run(['snapshot', 'airport_departures', ...grid, '--out', out, ...options]),
    run(['backfill', 'delay_risk', '--print-sql', ...options]),
  ]);
  expect(snapshot.stderr).toBe('');
  expect(snapshot.stdout.split('\n')).toEqual([
    '2025-12-31T12:00:00.000000Z: no key was known',
    '2026-01-01T00:00:00.000000Z: no key was known',
    `${out}/at=2026-01-01T12:00:00Z/part-0.parquet: 4 keys`,
    '',
  ]);
  expect(printed.stderr).toBe('');
  expect(printed.stdout).toContain('$1');
  expect(printed.stdout).toContain('"history"."flights"');
});

test('a dry run computes nothing', async () => {
  const { code, stdout } = await backfill('--dry-run');
  expect(code).toBe(0);
  expect(stdout).toBe('the spine is sound: 50 rows. Nothing was computed: --dry-run\n');
});

test('SIGINT stops it in order, and the same command goes on', async () => {
  const out = history.file('stopped.csv');
  const lock = await history.pool.connect();
  // What reads the history waits for this, so that the signal comes in the middle.
  await lock.query('begin; lock table history.flights in access exclusive mode');
  const args = ['backfill', 'delay_risk', '--spine', history.file('spine.csv'), '--out', out, ...options];
  const started = start(args);
  try {
    await expect.poll(isWaiting, { timeout: PATIENCE, interval: 20 }).toBe(true);
    started.process.kill('SIGINT');
    await expect.poll(started.stderr, { timeout: PATIENCE, interval: 20 }).toContain('stopping');
  } finally {
    await lock.query('rollback');
    lock.release();
  }
  expect(await started.exit).toBe(1);
  expect(started.stderr()).toContain('it was told to stop');
  expect(existsSync(out)).toBe(false);
  const again = await run(args);
  expect(again.stderr).toContain('going on with run');
  expect(again.code).toBe(0);
  expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(52);
});

/** Whether somebody waits for a lock. */
async function isWaiting(): Promise<boolean> {
  const { rows } = await history.pool.query(
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

test('how it would be computed is told without computing it, and what statistics are missing is made', async () => {
  const told = await backfill('--explain');
  expect(told.stderr).toBe('');
  expect(told.code).toBe(0);
  expect(told.stdout).toMatch(/^airport_departures, \d+ reads by 2 look-ups$/m);
  expect(told.stdout).toMatch(/^route_departures, \d+ reads$/m);
  expect(told.stdout).toMatch(/^3 h +[\d.]+ +each row of the window \(\d+\)$/m);
  expect(told.stdout).toMatch(/^flights: no statistics, or old ones, of .*: --prepare makes them$/m);
  const prepared = await run(['backfill', 'delay_risk', '--prepare', ...options]);
  expect(prepared.stderr).toMatch(/^analyze history\.flights/m);
  const after = await backfill('--explain', '--json');
  const { tables } = JSON.parse(after.stdout) as { tables: unknown };
  expect(tables).toMatchObject([{ source: 'flights', rows: 96, wantAnalyze: [] }]);
});

test('a snapshot with --resume leaves the instants that are written', async () => {
  const at = ['--at', '2026-01-01T12:00:00Z', '--out', history.file('resumed')];
  const snapshot = () => run(['snapshot', 'airport_departures', ...at, ...options, '--resume']);
  const first = await snapshot();
  expect(first.stderr).toBe('');
  const file = history.file('resumed/at=2026-01-01T12:00:00Z/part-0.parquet');
  const { mtimeMs, ino } = statSync(file);
  const second = await snapshot();
  expect(second).toEqual(first);
  expect(statSync(file)).toMatchObject({ mtimeMs, ino });
});
