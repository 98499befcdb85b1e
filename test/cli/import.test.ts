import { afterAll, beforeAll, expect, test } from 'vitest';
import { importOptions, reportLines } from '../../cli/import/import.ts';
import { testDatabase, urlOf } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { configText, repository, run, testProject } from './support.ts';
import type { Ran, TestProject } from './support.ts';

let database: TestDatabase;
let project: TestProject;

const header = 'scheduled_departure,delay,distance,origin,destination';

beforeAll(async () => {
  database = await testDatabase();
  const url = urlOf(database.connection);
  project = testProject({
    'import.config.ts': configText(`{ kafka: { brokers: 'none:1' }, history: { url: '${url}' } }`),
    'flights.csv': `${header}\n2026-01-01T00:00:00Z,1,9,ORD,LAX\n2026-01-01T00:05:00Z,x,9,ORD,LAX\n2026-01-01T00:10:00Z,1,9,ORD,LAX\n`,
  });
});
afterAll(async () => {
  project.remove();
  await database.end();
});

const imported = (...options: string[]): Promise<Ran> =>
  run([
    'import',
    'flights',
    '--root',
    repository,
    '--config',
    `${project.root}/import.config.ts`,
    ...options,
  ]);
const flights = async (): Promise<number> =>
  (await database.pool.query('select 1 from history.flights')).rowCount ?? 0;

test('makes the history ready, tells in a dry run, imports once', async () => {
  const from = ['--from', `${project.root}/flights.csv`];
  const dry = await imported(...from, '--dry-run');
  expect(dry.stderr).toBe('');
  expect(dry.stdout).toMatch(/^flights +1 +3 +2 +1 +0$/m);
  expect(dry.stdout).toContain('refused: 1 wrong-type in delay (row 1: ');
  expect(dry.stdout).toContain('nothing was changed: --dry-run');
  expect(await flights()).toBe(0);
  const done = JSON.parse((await imported(...from, '--json')).stdout) as object;
  expect(done).toMatchObject({ source: 'flights', import: 1, read: 3, stored: 2, logBegins: null });
  expect(await flights()).toBe(2);
  expect((await imported(...from)).stdout).toContain('was imported before, as import 1');
  expect(await flights()).toBe(2);
});

test('other content of the same time is an error, and takes the place of the first; both are listed', async () => {
  const corrected = `${project.root}/corrected.csv`;
  project.write(
    'corrected.csv',
    `${header}\n2026-01-01T00:00:00Z,1,9,ORD,LAX\n2026-01-01T00:10:00Z,7,9,ORD,LAX\n`,
  );
  const dry = await imported('--from', corrected, '--dry-run');
  expect(dry.stdout).toMatch(
    /^of the same time as import 1 \(.*flights.csv\): 2 rows from .*; 1 row is the same$/m,
  );
  expect(dry.stdout).toContain('it would be an error without --replace or --overlap');
  const refused = await imported('--from', corrected);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Put this one in its place with --replace 1, or');
  const replaced = await imported('--from', corrected, '--replace', '1');
  expect(replaced.stdout).toContain('import 1 was dropped');
  expect(await flights()).toBe(2);
  const imports = (...options: string[]): Promise<Ran> =>
    run(['imports', ...options, '--root', repository, '--config', `${project.root}/import.config.ts`]);
  const listed = (await imports()).stdout;
  expect(listed).toMatch(/^flights +1 +2 +1 +2026-01-01T00:00:00.000Z .*flights.csv; dropped /m);
  expect(listed).toMatch(/^flights +2 +2 +0 +2026-01-01T00:00:00.000Z .*corrected.csv$/m);
  expect((await imports('flights', '--drop', '2')).stdout).toMatch(/^dropped: import 2 of flights /);
  expect(await flights()).toBe(0);
  expect((await imports('--drop', '2')).stderr).toContain('Write skewless imports SOURCE --drop 2');
});

test('a source that there is not is told with the nearest, and exits with 1', async () => {
  const { code, stderr } = await run([
    ...['import', 'flight', '--root', repository, '--config', `${project.root}/import.config.ts`],
    ...['--from', `${project.root}/flights.csv`],
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain("the program has no source flight: did you mean 'flights'?");
});

test('options are read as they are written', () => {
  const given = { root: '.', from: 'a.parquet' };
  expect(importOptions('s', { ...given, map: ['t=at', 'x=a=b'], until: 'log', arrival: 'seen' })).toEqual({
    source: 's',
    from: { kind: 'file', path: 'a.parquet' },
    map: { t: 'at', x: 'a=b' },
    ...{ arrival: 'seen', until: 'log', dryRun: false },
  });
  expect(importOptions('s', { ...given, from: 'table:a.b', until: '1970-01-01T00:00:01Z' })).toMatchObject({
    from: { kind: 'table', name: 'a.b' },
    until: 1_000_000,
  });
  expect(importOptions('s', { ...given, from: 'query:select 1' }).from).toEqual({
    kind: 'query',
    sql: 'select 1',
  });
  expect(() => importOptions('s', { ...given, map: ['t'] })).toThrow('--map t: write column=name');
  expect(() => importOptions('s', { ...given, until: 'yesterday' })).toThrow(
    '--until yesterday: write log, or',
  );
  expect(() => importOptions('s', { ...given, format: 'xml' as never })).toThrow(
    'it is ndjson, csv or parquet',
  );
});

test('what the log has is said to be left to it', () => {
  const report = {
    ...{ source: 's', import: 2, already: null, read: 10, stored: 6, refused: [], beyond: 3, passed: 1 },
    ...{ first: 0, last: 1_000_000, logBegins: 2_000_000, absent: ['seconds', 'referrer'], overlaps: [] },
  };
  const text = reportLines(report).join('\n');
  expect(text).toMatch(/^s +2 +10 +6 +0 +3$/m);
  expect(text).toContain('arrivals from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:01.000Z');
  expect(text).toContain('the log begins at 1970-01-01T00:00:02.000Z');
  expect(text).toContain('1 that are no rows passed over');
  expect(text).toContain('null in every row, for no such columns are there: seconds, referrer');
});

test('of an import without rows nothing is told of what the log might repeat', () => {
  const nothing = {
    already: null,
    read: 0,
    stored: 0,
    refused: [],
    beyond: 0,
    passed: 0,
    first: null,
    last: null,
    absent: [],
    overlaps: [],
  };
  const lines = reportLines({ source: 'flights', import: null, logBegins: null, ...nothing });
  expect(lines.join('\n')).not.toContain('twice');
});

test('of content that is there it is said how to take it otherwise', () => {
  const report = {
    ...{ source: 's', import: null, already: 3, read: 0, stored: 0, refused: [], beyond: 0, passed: 0 },
    ...{ first: null, last: null, logBegins: null, absent: [], overlaps: [] },
  };
  expect(reportLines(report).join('\n')).toMatch(/as import 3: nothing is left to do\n.*--replace 3/);
});
