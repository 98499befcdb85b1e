import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyState } from '../../runtime/audit/index.ts';
import type { StateReport } from '../../runtime/audit/index.ts';
import { Digest } from '../../runtime/audit/digest.ts';
import { Engine } from '../../runtime/index.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { frontierSession, workedExamples } from './support.ts';

const { seed } = runSettings({ seed: 20_261_203, runs: 0, values: 0 });

let project: TemporaryProject;
let database: ProgramDatabase;
let engine: Engine;
let t: number;

beforeAll(async () => {
  project = await workedExamples();
  database = await databaseFor(project.program.sql);
  const session = frontierSession(project.program, new Random(seed));
  await fillHistory(database, project.program, session.order);
  // The history goes on beyond where the state stands.
  const consumed = Math.floor(session.order.length * 0.8);
  const living = new Engine(project.program.stream);
  t = session.steps.at(-1)!.reads.at(-1)!.t;
  for (const record of session.order.slice(0, consumed)) living.ingest(record);
  living.tick(t);
  engine = Engine.restore(project.program.stream, living.save());
});

afterAll(async () => {
  await database?.end();
  project?.remove();
});

const verified = (options = {}): Promise<StateReport> =>
  verifyState(database.db, project.program.sql, engine, { t, shown: 5, ...options });

test('every key of every group is the same on both sides, and so are the digests', async () => {
  const { groups, frontier } = await verified();
  expect(frontier).toEqual(engine.frontier());
  expect(groups.map(({ group }) => group)).toEqual(project.program.sql.groups.map(({ name }) => name));
  for (const { group, missing, keys, differing, live, recomputed } of groups) {
    expect([group, missing, differing]).toEqual([group, null, 0]);
    expect([group, keys > 0]).toEqual([group, true]);
    expect(live).toMatch(/^[0-9a-f]{64}$/);
    expect(recomputed).toBe(live);
  }
  // A group of which every key has what one never seen has is nothing in a digest.
  const digests = groups.map(({ live }) => live).filter(live => live !== '0'.repeat(64));
  expect(new Set(digests).size).toBe(digests.length);
  expect(digests.length).toBeGreaterThan(groups.length / 2);
});

test('a record that the history lacks is told by the key that had it', async () => {
  const { rows } = await sql
    .raw<{ origin: string; place: string }>(
      `select origin, _topic || ' ' || _epoch || ' ' || _partition || ' ' || _offset as place
       from "history"."flights" where "skewless".us(scheduled_departure) between ${t - 7 * 86_400_000_000} and ${t}
       order by _arrived_at desc`,
    )
    .execute(database.db);
  const place = `_topic || ' ' || _epoch || ' ' || _partition || ' ' || _offset`;
  let found = 0;
  for (const row of rows.slice(0, 60)) {
    await sql
      .raw(`create table "kept" as select * from "history"."flights" where ${place} = '${row.place}'`)
      .execute(database.db);
    await sql.raw(`delete from "history"."flights" where ${place} = '${row.place}'`).execute(database.db);
    const { groups } = await verified({ name: 'airport_departures' });
    await sql.raw(`insert into "history"."flights" select * from "kept"`).execute(database.db);
    await sql.raw('drop table "kept"').execute(database.db);
    const [{ differing, differences, live, recomputed }] = groups as [StateReport['groups'][number]];
    expect(differing === 0).toBe(live === recomputed);
    if (differing === 0) continue;
    found += 1;
    expect(differences.map(({ key }) => key)).toEqual([{ airport: row.origin }]);
    expect(differences[0]!.features.length).toBeGreaterThan(0);
    if (found === 2) break;
  }
  expect(found).toBe(2);
  expect((await verified({ name: 'airport_departures' })).groups[0]!.differing).toBe(0);
});

test('a key that only the history has is found', async () => {
  const empty = new Engine(project.program.stream);
  // It says it has taken everything in, and has nothing.
  for (const place of engine.frontier()) empty.pass(place);
  empty.tick(t);
  const report = await verifyState(database.db, project.program.sql, empty, { t, shown: 3 });
  const airports = report.groups.find(({ group }) => group === 'airport_departures')!;
  expect(airports.differing).toBeGreaterThan(0);
  expect(airports.live).toBe('0'.repeat(64));
  expect(airports.recomputed).not.toBe(airports.live);
});

test('a state ahead of the history is pending', async () => {
  const move = (by: number) =>
    sql.raw(`update "history"."frontier" set next_offset = next_offset + ${by} where source = 'flights'`);
  await move(-100_000).execute(database.db);
  const { groups } = await verified();
  await move(100_000).execute(database.db);
  for (const { group, missing } of groups)
    expect([group, missing]).toEqual([
      group,
      ['airport_departures', 'route_departures'].includes(group) ? 'pending' : null,
    ]);
});

test('a state that was built with an import that was dropped is not waited for', async () => {
  const knowing = Engine.restore(project.program.stream, engine.save());
  knowing.pass({ source: 'flights', topic: -1, epoch: 7, partition: 0, nextOffset: 3 });
  const report = await verifyState(database.db, project.program.sql, knowing, { t, shown: 3 });
  for (const { group, missing } of report.groups)
    expect([group, missing]).toEqual([
      group,
      ['airport_departures', 'route_departures'].includes(group) ? 'dropped' : null,
    ]);
});

test('a digest minds neither order nor key that is in none, and each bit of the rest', () => {
  const digest = (...rows: readonly (readonly [string, string])[]): string => {
    const sum = new Digest();
    for (const [key, features] of rows) sum.add(key, features);
    return String(sum);
  };
  const [a, b, c] = [
    ['{"k":1}', '{"x":0.1}'],
    ['{"k":2}', '{"x":2}'],
    ['{"k":3}', '{"x":3}'],
  ] as const;
  expect(digest(a, b, c)).toBe(digest(c, a, b));
  expect(digest(a, b)).not.toBe(digest(a, b, c));
  expect(digest(a)).not.toBe(digest(['{"k":1}', '{"x":0.10000000000000002}']));
  expect(digest()).toBe('0'.repeat(64));
  const alone = createHash('sha256').update('{"k":1}\n{"x":0.1}').digest('hex');
  expect(digest(a)).toBe(alone);
});
