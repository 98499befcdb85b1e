import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgottenLine } from '../../cli/runs/forgotten.ts';
import { dropTrainingRun, installSchema, listTrainingRuns } from '../../runtime/history/index.ts';
import type { StandingRun } from '../../runtime/history/index.ts';
import { configText, repository, run, testProject } from '../cli/support.ts';
import type { Ran, TestProject } from '../cli/support.ts';
import { testDatabase, urlOf } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { batchesOf, openRun } from './support/run.ts';
import { fill, flightRecords, numbered, program, request, spineOf } from './support/small.ts';

// What was interrupted stands in the database until it is gone on with, or dropped.

let database: TestDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await testDatabase();
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool }) });
  await installSchema(db, program);
  await fill(database.pool, flightRecords(200));
  const url = urlOf(database.connection);
  project = testProject({
    'runs.config.ts': configText(`{ kafka: { brokers: 'none:1' }, history: { url: '${url}' } }`),
  });
});
afterAll(async () => {
  project.remove();
  await database.end();
});

const open = (id: string) => openRun(database.pool, program, request, { id });
const runs = (...options: string[]): Promise<Ran> =>
  run(['runs', '--root', repository, '--config', `${project.root}/runs.config.ts`, ...options]);

test('a run that nobody has touched for a day is told of', () => {
  const day = 86_400_000_000;
  const standing = (touchedAt: number, isAtWork = false): StandingRun => ({
    ...{ id: 'x', reads: 'delay_risk', rows: 1, isComputed: false, bytes: 1024, begunAt: 0 },
    ...{ touchedAt, isAtWork },
  });
  expect(forgottenLine([standing(0), standing(0, true), standing(day)], day + 1)).toContain(
    'an unfinished run takes 1 KB of the database, untouched for a day or more: skewless runs',
  );
  expect(forgottenLine([standing(0), standing(1)], day + 2)).toContain('2 unfinished runs take 2 KB');
  expect(forgottenLine([standing(0)], day)).toBeNull();
});

test('runs are listed with what they are, and dropped where no process is at them', async () => {
  const begun = Date.now() * 1000;
  const empty = await open('empty');
  await empty.close();
  const whole = await open('whole');
  const spine = spineOf(30, 200);
  await whole.load(batchesOf(numbered(spine)));
  await whole.compute(() => undefined);
  await whole.close();
  const atWork = await open('at_work');
  await database.pool.query('create schema "skewless_run_foreign"; create schema "skewless_runs"');

  const listed = await listTrainingRuns(database.pool);
  expect(
    listed.map(({ id, reads, rows, isComputed, isAtWork }) => [id, reads, rows, isComputed, isAtWork]),
  ).toEqual([
    ['empty', 'delay_risk', null, false, false],
    ['whole', 'delay_risk', 30, true, false],
    ['at_work', 'delay_risk', null, false, true],
  ]);
  for (const { begunAt, touchedAt, bytes } of listed) {
    expect(begunAt).toBeGreaterThan(begun - 5_000_000);
    expect(touchedAt).toBeGreaterThanOrEqual(begunAt);
    expect(bytes).toBeGreaterThan(0);
  }
  expect(listed[1]!.touchedAt).toBeGreaterThan(listed[1]!.begunAt);

  const told = await runs();
  expect(told.stderr).toBe('');
  expect(told.stdout).toMatch(/^whole +delay_risk +30 .*computed, not written$/m);
  expect(told.stdout).toMatch(/^at_work .*a process is at it$/m);
  expect((await runs('--untouched', '1h')).stdout).toContain('no training set is unfinished');

  await expect(dropTrainingRun(database.pool, 'at_work')).rejects.toThrow('another process is at work');
  const refused = await runs('--drop', 'at_work', 'gone', '--json');
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    dropped: [],
    left: [
      { run: 'at_work', why: expect.stringContaining('another process is at work') as string },
      { run: 'gone' },
    ],
  });
  expect(await runs('--drop', 'all', '--untouched', '1h')).toMatchObject({
    code: 0,
    stdout: 'there was nothing to drop\n',
  });
  expect(await runs('--drop', 'all')).toMatchObject({ code: 0, stdout: 'dropped: empty\ndropped: whole\n' });
  await atWork.close();
  expect((await listTrainingRuns(database.pool)).map(({ id }) => id)).toEqual(['at_work']);
  expect(await dropTrainingRun(database.pool, 'at_work')).toBe(true);
  expect(await dropTrainingRun(database.pool, 'at_work')).toBe(false);
  const { rows } = await database.pool.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname ^@ 'skewless_run' order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(['skewless_run_foreign', 'skewless_runs']);
});
