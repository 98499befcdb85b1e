import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installSchema } from '../../runtime/history/index.ts';
import { explainTrainingRun } from '../../runtime/history/explain-run.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { prepareHistory } from '../../runtime/history/table-health.ts';
import { PATIENCE } from '../support/patient.ts';
import { testDatabase, withoutAutovacuum } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { fill, flightRecords, program, request, spineOf } from './support/small.ts';

const records = 4000;
let database: TestDatabase;
let db: AnyDatabase;

beforeAll(async () => {
  database = await testDatabase();
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
  await installSchema(db, program);
  await fill(database.pool, flightRecords(records));
  await withoutAutovacuum(database.pool);
});

afterAll(async () => {
  await database?.end();
});

/** Since statistics were made. A server tells of changes, and of statistics, up to a second later than they are made. */
async function changedRows(): Promise<number> {
  const { rows } = await database.pool.query<{ changed: string }>(
    `select sum(pg_stat_get_mod_since_analyze(oid)) as changed from pg_class where relname like 'flights\\_y%' and relkind = 'r'`,
  );
  return Number(rows[0]!.changed);
}

it('tells each group, its windows, how dense they are, and how they would be computed', async () => {
  const sample = spineOf(60, records);
  const { groups } = await explainTrainingRun(db, program, request, { rows: 600_000, sample });
  expect(groups.map(({ group, lookups }) => [group, lookups])).toEqual([
    ['airport_departures', 2],
    ['route_departures', 1],
  ]);
  const [{ reads, feeds }] = groups as [(typeof groups)[number]];
  expect(reads).toBeGreaterThan(800_000);
  expect(reads).toBeLessThanOrEqual(1_200_000);
  // Four an hour at four airports: one an hour at each.
  const windows = feeds[0]!.windows.filter(({ length }) => length !== null);
  const week = windows.find(({ length }) => length! > 6 * 86_400_000_000)!;
  expect(week.rows).toBeGreaterThan(100);
  expect(week.rows).toBeLessThan(200);
  // Summed over so many reads, a week's rows are not looked at one by one.
  expect(week.methods.map(({ method }) => method)).toEqual(['totals']);
  const few = await explainTrainingRun(db, program, request, { rows: 60, sample });
  const weekOfFew = few.groups[0]!.feeds[0]!.windows.find(({ length }) => length === week.length)!;
  expect(weekOfFew.methods.map(({ method }) => method)).toEqual(['lateral']);
});

it('names the tables that have no statistics, and makes them', async () => {
  await expect.poll(changedRows, { timeout: PATIENCE }).toBe(records);
  const explain = () => explainTrainingRun(db, program, request, { rows: 1, sample: spineOf(1, 10) });
  const [before] = (await explain()).tables;
  expect(before).toMatchObject({ source: 'flights', rows: 0 });
  expect(before!.wantAnalyze).toEqual(['history.flights_y2026m01', 'history.flights_y2026m02']);
  expect(await prepareHistory(database.pool, program, request.read)).toEqual([
    ...['analyze history.flights_y2026m01', 'analyze history.flights_y2026m02'],
  ]);
  await expect.poll(changedRows, { timeout: PATIENCE }).toBe(0);
  expect((await explain()).tables).toEqual([{ source: 'flights', rows: records, wantAnalyze: [] }]);
  expect(await prepareHistory(database.pool, program, request.read)).toEqual([]);
});
