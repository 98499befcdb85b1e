import { Kysely, PostgresDialect, sql as query } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instantOption } from '../../cli/verify/instant-option.ts';
import { stateLines } from '../../cli/verify/state-lines.ts';
import { isVerified, verifyLines } from '../../cli/verify/verify-lines.ts';
import { serving } from '../../generated/serving.ts';
import { program as sql } from '../../generated/sql/index.ts';
import { program as stream } from '../../generated/stream/index.ts';
import { appendReads, AuditLog } from '../../runtime/audit/index.ts';
import type { VerifyReport } from '../../runtime/audit/index.ts';
import { appendHistory, historyDecoder, installSchema } from '../../runtime/history/index.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { Engine } from '../../runtime/index.ts';
import { flightRecords } from '../support/flights.ts';
import { testDatabase, urlOf } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { configText, repository, run, testProject } from './support.ts';
import type { Ran, TestProject } from './support.ts';

let database: TestDatabase;
let db: AnyDatabase;
let project: TestProject;

beforeAll(async () => {
  database = await testDatabase();
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
  await installSchema(db, sql);
  const records = flightRecords('2k').slice(0, 300);
  const decode = historyDecoder(stream);
  await appendHistory(database.pool, sql, records.map(decode));
  const engine = new Engine(stream);
  for (const record of records) engine.ingest(record);
  const at = records.at(-1)!.arrivedAt;
  const log = new AuditLog({
    ...{ plan: serving, sample: 1, limit: 1000, random: () => 0, now: () => at },
    write: reads => appendReads(database.pool, reads),
    events: {
      written: () => undefined,
      dropped: () => undefined,
      recovered: () => undefined,
      failed: error => {
        throw error;
      },
    },
  });
  const keys = ['ORD', 'LAX', 'ATL', 'nowhere'].map(airport => ({ airport }));
  const values = keys.map(key => engine.readGroup('airport_departures', key, at));
  const read = { kind: 'group', name: 'airport_departures', keys } as const;
  log.answered(read, { at, frontier: engine.frontier(), values });
  await log.flush();
  const url = urlOf(database.connection);
  project = testProject({
    'verify.config.ts': configText(
      `{ kafka: { brokers: 'none:1' }, history: { url: '${url}' }, state: { directory: './none' } }`,
    ),
    'none.config.ts': configText("{ kafka: { brokers: 'none:1' } }"),
  });
});

afterAll(async () => {
  project?.remove();
  await db?.destroy();
});

const verify = (options: readonly string[], config = 'verify.config.ts'): Promise<Ran> =>
  run(['verify', '--root', repository, '--config', `${project.root}/${config}`, ...options]);

test('what was served and is the same exits with 0, and what differs with 1, by its name', async () => {
  const fine = await verify([]);
  expect(fine.stderr).toBe('');
  expect(fine.code).toBe(0);
  expect(fine.stdout).toMatch(/^airport_departures +departures_1h +4 +0$/m);
  expect(fine.stdout).toContain('values of 4 reads compared: none differs');

  const { rows } = await query<{ offset: string }>`
    update "history"."flights" set delay = delay + 1 where _offset = (
      select max(_offset) from "history"."flights" where origin = 'ORD') returning _offset as "offset"`.execute(
    db,
  );
  const wrong = await verify([]);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toMatch(/^airport_departures\.delay_\w+ of \{"airport":"ORD"\}$/m);
  expect(wrong.stdout).toContain(`    flights/0/0/0/${rows[0]!.offset} arrived `);
  expect(wrong.stdout).not.toContain('"airport":"LAX"');
});

test('what cannot be told is told with what to do', async () => {
  const [name, since, history, state, limit] = await Promise.all([
    verify(['--name', 'airport_departure']),
    verify(['--since', 'yesterday']),
    verify([], 'none.config.ts'),
    verify(['--state']),
    verify(['--limit', '0']),
  ]);
  expect(name.stderr).toContain("did you mean 'airport_departures'?");
  expect(since.stderr).toContain("--since 'yesterday' is no instant");
  expect(history.stderr).toContain('there is no history: set history.url');
  expect(state.stderr).toMatch(
    /there is no checkpoint in .*: a service writes one every state\.checkpointEvery/,
  );
  expect(limit.stderr).toContain('It must be a whole number of at least 1.');
  for (const { code } of [name, since, history, state, limit]) expect(code).toBe(1);
});

test('an instant is ISO 8601 or how long ago it was', () => {
  const now = 1_700_000_000_000_000;
  expect(instantOption('--since', '2h', now)).toBe(now - 7_200_000_000);
  expect(instantOption('--since', '2023-11-14T22:13:20.000001Z', now)).toBe(now + 1);
});

const empty: VerifyReport = {
  ...{ reads: 0, values: 0, differing: 0, features: [], differences: [], suspects: [] },
  ...{ pending: [], gone: [], otherMeaning: [] },
};

test('what was not compared is told, and counts only where it is strict', () => {
  const report: VerifyReport = {
    ...empty,
    pending: [{ name: 'a', reads: 3 }],
    gone: [{ name: 'b', reads: 4, reason: 'the history lacks\nwhat it needs' }],
    otherMeaning: [
      { kind: 'group', name: 'c', reads: 5, fingerprint: 'old', present: 'new' },
      { kind: 'group', name: 'd', reads: 6, fingerprint: 'old', present: null },
    ],
  };
  const text = verifyLines(report, 5).join('\n');
  expect(text).toContain('a: 3 reads cannot be verified yet');
  expect(text).toContain('b: 4 reads can no longer be verified: the history lacks what it needs');
  expect(text).toContain('c: 5 reads were not compared: they were served as old, which is new now');
  expect(text).toContain('d: 6 reads were not compared: the program no longer serves it');
  expect(text).toContain('no logged reads could be compared');
  expect([isVerified(report, false), isVerified(report, true), isVerified(empty, false)]).toEqual([
    true,
    false,
    true,
  ]);
});

test('that nothing was compared is wrong where it is strict', () => {
  expect(isVerified(empty, true)).toBe(false);
  expect(isVerified({ ...empty, reads: 1, values: 3 }, true)).toBe(true);
});

test('one is told as one', () => {
  const one: VerifyReport = { ...empty, reads: 1, values: 2, differing: 1 };
  expect(verifyLines(one, 5).join('\n')).toContain('2 values of 1 read compared: 1 differs, of 0 features');
  const groups = [
    {
      ...{ group: 'a', keys: 3, values: 6, differing: 1, missing: null, differences: [] },
      ...{ live: 'x', recomputed: 'y' },
    },
  ];
  expect(stateLines({ t: 0, frontier: [], groups }, 'f').join('\n')).toContain('compared: 1 key differs');
});
