import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DamagedRead, forgetReads, placeOf, suspected, verifyReads } from '../../runtime/audit/index.ts';
import type { VerifyReport } from '../../runtime/audit/index.ts';
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import type { Session } from '../support/three-ways/read.ts';
import { all, frontierSession, serveAndLog, servingOf, workedExamples } from './support.ts';
import type { Plan } from './support.ts';

const settings = runSettings({ seed: 20_261_201, runs: 1, values: 0 });

let project: TemporaryProject;
let database: ProgramDatabase;
let plan: Plan;
/** The last session that was played. */
let session: Session;
let values: number;

beforeAll(async () => {
  project = await workedExamples();
  database = await databaseFor(project.program.sql);
  plan = servingOf(project.program);
});

afterAll(async () => {
  await database?.end();
  project?.remove();
});

async function play(random: Random): Promise<void> {
  session = frontierSession(project.program, random);
  await fillHistory(database, project.program, session.order);
  values = await serveAndLog(project.program, database, session, plan);
}

const verified = (options = {}, of: Plan = plan): Promise<VerifyReport> =>
  verifyReads(database.db, project.program.sql, of, { ...all, ...options });

test('what the engine answered to random reads of all worked examples is what SQL computes', async () => {
  for (let run = 0; run < settings.runs; run += 1) {
    await play(new Random(settings.seed + run));
    const report = await verified();
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({ values, differing: 0, pending: [], gone: [], otherMeaning: [] });
    expect(report.features.every(({ compared }) => compared > 0)).toBe(true);
  }
  expect(values).toBeGreaterThan(1_000);
});

/** Columns to tamper with, how, and a group that they are in: each example's own. */
const tamperings = [
  ['flights', 'delay', 'delay + 1', 'airport_departures'],
  ['card_transactions', 'amount', '1.23', 'cardholder_activity'],
  ['user_events', 'event_type', "'add_to_cart'", 'session_engagement'],
  ['order_items', 'quantity', 'quantity + 1', 'product_sales'],
] as const;

test.each(tamperings)(
  'a record of %s whose %s is altered by hand is found and named',
  async (source, column, value, name) => {
    const { rows } = await sql
      .raw<Place>(
        `select _topic as topic, _epoch as epoch, _partition as partition, _offset as "offset",
         "${column}"::text as kept from "history"."${source}" order by 1, 2, 3, 4`,
      )
      .execute(database.db);
    const random = new Random(settings.seed);
    // Not every record stands in the window of some read.
    for (let tries = 0; tries < 60; tries += 1) {
      const { topic, epoch, partition, offset, kept } = random.pick(rows);
      const alter = (to: string): Promise<unknown> =>
        sql
          .raw(
            `update "history"."${source}" set "${column}" = ${to}
             where (_topic, _epoch, _partition, _offset) = (${topic}, ${epoch}, ${partition}, ${offset})`,
          )
          .execute(database.db);
      await alter(value);
      const report = await verified({ name });
      await alter(kept === null ? 'null' : `'${kept}'`);
      if (report.differing === 0) continue;
      const place = `${source}/${topic}/${epoch}/${partition}/${offset}`;
      expect(report.differences).toHaveLength(Math.min(report.differing, all.shown));
      for (const { behind, served, recomputed } of report.differences) {
        expect(suspected(behind!).map(placeOf)).toContain(place);
        expect(served).not.toEqual(recomputed);
      }
      // It stands behind all of them, whoever else does.
      expect(report.suspects[0]!.differences).toBe(report.differences.length);
      expect((await verified({ name })).differing).toBe(0);
      return;
    }
    throw new Error(`no record of ${source} stands behind any read`);
  },
);

interface Place {
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly offset: string;
  readonly kept: string | null;
}

test('a value that was logged otherwise by one bit is found', async () => {
  const bump = (by: number) =>
    sql
      .raw(
        `update "history"."audit" set "values" = jsonb_set("values"::jsonb, '{departures_7d}',
           to_jsonb(("values"::jsonb ->> 'departures_7d')::bigint + ${by}))::text
         where id = (select min(id) from "history"."audit" where name = 'airport_departures')`,
      )
      .execute(database.db);
  await bump(1);
  const report = await verified();
  expect(report.differing).toBe(1);
  const [{ feature, served, recomputed }] = report.differences as [VerifyReport['differences'][number]];
  expect([feature, served]).toEqual(['departures_7d', (recomputed as number) + 1]);
  await bump(-1);
  expect((await verified()).differing).toBe(0);
});

test('what the history has not got yet is pending, and is no difference', async () => {
  const { rows } = await sql<{ source: string; next: string }>`
    select source, max(next_offset) as next from "history"."frontier" where source = 'flights' group by 1`.execute(
    database.db,
  );
  const move = (by: number) =>
    sql.raw(`update "history"."frontier" set next_offset = next_offset + ${by} where source = 'flights'`);
  expect(rows).toHaveLength(1);
  await move(-100_000).execute(database.db);
  const report = await verified();
  await move(100_000).execute(database.db);
  expect(report.pending.map(({ name }) => name).sort()).toEqual(
    expect.arrayContaining(['airport_departures', 'delay_risk', 'route_departures']),
  );
  expect(report.differing).toBe(0);
  expect(report.features.some(({ name }) => name === 'airport_departures')).toBe(false);
  expect(report.features.some(({ name }) => name === 'user_behavior')).toBe(true);
});

test('what was served under another meaning is counted, and not compared', async () => {
  const report = await verified({}, servingOf(project.program, 'later'));
  expect(report).toMatchObject({ reads: 0, values: 0, differing: 0, pending: [] });
  expect(report.otherMeaning.length).toBe(plan.served.length);
  expect(report.otherMeaning[0]).toMatchObject({ fingerprint: 'now', present: 'later' });
  const without = { served: plan.served.filter(({ name }) => name !== 'delay_risk') };
  const { otherMeaning } = await verified({}, without);
  expect(otherMeaning).toMatchObject([{ name: 'delay_risk', present: null }]);
});

test('a range is kept to, and the newest come first', async () => {
  const { rows } = await sql<{ at: string }>`
    select "skewless".us(read_at) as at from "history"."audit" order by id`.execute(database.db);
  const at = (index: number): number => Number(rows[index]!.at);
  const reads = async (options: object): Promise<number> => (await verified(options)).reads;
  expect(await reads({ since: at(10), until: at(15) })).toBe(5);
  expect(await reads({ limit: 7 })).toBe(7);
  expect(await reads({ limit: 7, until: at(3) })).toBe(3);
  const { features } = await verified({ name: 'delay_risk' });
  expect(new Set(features.map(({ name }) => name))).toEqual(new Set(['delay_risk']));
});

test('a read of which the log has lost what it knew is counted, not passed over', async () => {
  const { pool } = database;
  const id = `(select frontier from "history"."audit" where name = 'delay_risk' order by id limit 1)`;
  const { rows } = await pool.query<{ reads: number }>(
    `select count(*)::int as reads from "history"."audit" where frontier = ${id} and name = 'delay_risk'`,
  );
  await pool.query('begin; create table lost as select * from "history"."audit_frontier"; commit');
  const before = await verified({ name: 'delay_risk' });
  await pool.query(`delete from "history"."audit_frontier" where id = ${id}`);
  try {
    const after = await verified({ name: 'delay_risk' });
    expect(after.reads).toBe(before.reads - rows[0]!.reads);
    expect(after.gone).toEqual([
      {
        ...{ name: 'delay_risk', reads: rows[0]!.reads },
        reason: 'history.audit_frontier lacks what they knew',
      },
    ]);
  } finally {
    await pool.query('insert into "history"."audit_frontier" select * from lost on conflict do nothing');
  }
});

test('old reads are forgotten, and frontiers with them', async () => {
  const { rows } = await sql<{ at: string; count: string }>`
    select "skewless".us(max(read_at)) as at, count(*) as count from "history"."audit"`.execute(database.db);
  const last = Number(rows[0]!.at);
  const counts = async () => {
    const { rows: found } = await sql<{ reads: string; frontiers: string }>`
      select (select count(*) from "history"."audit") as reads,
        (select count(*) from "history"."audit_frontier") as frontiers`.execute(database.db);
    return { reads: Number(found[0]!.reads), frontiers: Number(found[0]!.frontiers) };
  };
  const before = await counts();
  expect(await forgetReads(database.pool, last)).toBe(before.reads - 1);
  // Of a frontier that may yet be named again, one is kept for an hour more.
  expect((await counts()).reads).toBe(1);
  expect(await forgetReads(database.pool, last + 4_000_000_000)).toBe(1);
  expect(await counts()).toEqual({ reads: 0, frontiers: 0 });
});

test.each([
  ['"values"', "'{'", /the values are none of its features: \{\. Delete that row/],
  ['"values"', "'null'", /the values are none of its features/],
  ['request', "'x'", /the request is none: x/],
  ['request', "'{}'", /the request lacks the key airport: \{\}/],
  ['t', '9007199254740991', /the instant is 9007199254740991 µs/],
])('a logged read whose %s is made %s is named, with what is wrong', async (column, to, wrong) => {
  await play(new Random(settings.seed + 40));
  const [read] = (
    await database.pool.query<{ id: string; at: string }>(
      `update "history"."audit" set ${column} = ${to} where id = (
         select min(id) from "history"."audit" where kind = 'group' and name = 'airport_departures')
       returning id, "skewless".us(read_at) as at`,
    )
  ).rows;
  const damaged: unknown = await verified().catch((error: unknown) => error);
  expect(damaged).toBeInstanceOf(DamagedRead);
  const { message } = damaged as DamagedRead;
  expect(message).toMatch(wrong);
  expect(message).toContain(
    `of the group airport_departures, read at ${formatInstant(Number(read!.at) as Instant)}, `,
  );
  await database.pool.query('delete from "history"."audit" where id = $1', [read!.id]);
  expect((await verified()).differing).toBe(0);
});
