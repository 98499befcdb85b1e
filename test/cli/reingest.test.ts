import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportLines } from '../../cli/reingest/reingest.ts';
import { program as sql } from '../../generated/sql/index.ts';
import { appendHistory, installSchema } from '../../runtime/history/index.ts';
import type { HistoryRecord } from '../../runtime/history/index.ts';
import { testDatabase, urlOf } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { configText, repository, run, testProject } from './support.ts';
import type { Ran, TestProject } from './support.ts';

let database: TestDatabase;
let project: TestProject;

const arrivedAt = Date.UTC(2026, 0, 1) * 1000;
const flight = {
  scheduled_departure: '2026-01-01T00:00:00Z',
  delay: 1,
  distance: 9,
  origin: 'ORD',
  destination: 'LAX',
};

/** A record that an earlier schema refused, as it lies in the history. */
const refused = (offset: number, value: object): HistoryRecord => ({
  kind: 'refused',
  source: 'flights',
  ...{ topic: 0, epoch: 0, partition: 0, offset, arrivedAt },
  ...{ reason: 'wrong-type', column: 'delay', message: 'delay was text once' },
  bytes: Buffer.from(JSON.stringify(value)),
});

beforeAll(async () => {
  database = await testDatabase();
  await installSchema(new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) }), sql);
  const incomplete = { ...flight, origin: undefined };
  await appendHistory(database.pool, sql, [refused(0, flight), refused(1, incomplete), refused(2, flight)]);
  const url = urlOf(database.connection);
  project = testProject({
    'reingest.config.ts': configText(`{ kafka: { brokers: 'none:1' }, history: { url: '${url}' } }`),
  });
});
afterAll(async () => {
  project.remove();
  await database.end();
});

const reingest = (...options: string[]): Promise<Ran> =>
  run(['reingest', '--root', repository, '--config', `${project.root}/reingest.config.ts`, ...options]);

const flights = async (): Promise<number> =>
  (await database.pool.query('select 1 from history.flights')).rowCount ?? 0;

test('a dry run tells and changes nothing; a run appends what decodes now, once', async () => {
  const dry = await reingest('--dry-run');
  expect(dry.stderr).toBe('');
  expect(dry.stdout).toMatch(/^source +import +would be appended +would stay\nflights +1 +2 +1$/m);
  expect(dry.stdout).toContain('flights: 1 missing in origin');
  expect(dry.stdout).toContain('nothing was changed: --dry-run');
  expect(await flights()).toBe(0);
  const done = JSON.parse((await reingest('--json')).stdout) as { sources: readonly object[] };
  expect(done.sources).toMatchObject([{ source: 'flights', import: 1, appended: 2 }]);
  expect(await flights()).toBe(2);
  expect((await reingest()).stdout).toMatch(/^flights +0 +1$/m);
  expect(await flights()).toBe(2);
});

test('a source that there is not is told with the nearest', async () => {
  const { code, stderr } = await reingest('--source', 'flight');
  expect(code).toBe(1);
  expect(stderr).toContain("did you mean 'flights'?");
});

test('without a history there is nothing to try', async () => {
  project.write('none.config.ts', configText("{ kafka: { brokers: 'none:1' } }"));
  const { code, stderr } = await reingest('--config', `${project.root}/none.config.ts`);
  expect(code).toBe(1);
  expect(stderr).toContain('there is no history: set history.url');
});

test('what was not tried says why', () => {
  const source = { import: null, appended: 0, refused: [] };
  const sources = [
    { ...source, source: 'orders', leftAlone: { why: 'table' as const, records: 4 } },
    { ...source, source: 'gone', leftAlone: { why: 'unknown-source' as const, records: 1 } },
  ];
  const text = reportLines({ sources }, false).join('\n');
  expect(text).toMatch(/^orders +0 +4$/m);
  expect(text).toContain('orders: not tried: it is a table');
  expect(text).toContain('gone: not tried: the program has no such source any more');
  expect(reportLines({ sources: [] }, false)).toEqual(['no refused records are left']);
});
