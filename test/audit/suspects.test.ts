import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { serving } from '../../generated/serving.ts';
import { program } from '../../generated/sql/index.ts';
import { program as stream } from '../../generated/stream/index.ts';
import { appendReads, AuditLog, placeOf, suspected, verifyReads } from '../../runtime/audit/index.ts';
import type { VerifyReport } from '../../runtime/audit/index.ts';
import { appendHistory, historyDecoder } from '../../runtime/history/index.ts';
import { Engine } from '../../runtime/index.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';

/**
 * A flight an hour from one airport for three weeks, and every few hours a read of it, at what was known then: each
 * window of a week has 168 events, and every event is in those of many reads.
 */
const HOUR = 3_600_000_000;
const START = Date.UTC(2024, 0, 1) * 1000;
const FLIGHTS = 504;
const EVERY = 5;

const asked = [
  ['airport_departures', { airport: 'ORD' }],
  ['merchant_amounts', { merchant_id: 1 }],
] as const;
const READS = Math.ceil(FLIGHTS / EVERY);

let database: ProgramDatabase;

beforeAll(async () => {
  database = await databaseFor(program);
  const engine = new Engine(stream);
  let now = START;
  const log = new AuditLog({
    ...{ plan: serving, sample: 1, limit: 10_000, random: () => 0, now: () => (now += HOUR) },
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
  const records = Array.from({ length: FLIGHTS }, (_, index) => {
    const time = START + index * HOUR;
    const value = {
      ...{ scheduled_departure: new Date(time / 1000).toISOString(), delay: (index * 37) % 50 },
      ...{ distance: 300, origin: 'ORD', destination: 'LAX' },
    };
    const [partition, offset] = [index % 2, Math.floor(index / 2)];
    return { source: 'flights', partition, offset, arrivedAt: time, value };
  });
  for (const [index, record] of records.entries()) {
    engine.ingest(record);
    if (index % EVERY > 0) continue;
    const frontier = engine.frontier();
    for (const [name, key] of asked) {
      const values = [engine.readGroup(name, key, record.arrivedAt)];
      log.answered({ kind: 'group', name, keys: [key] }, { at: record.arrivedAt, frontier, values });
    }
  }
  await appendHistory(database.pool, program, records.map(historyDecoder(stream)));
  await log.flush();
});

afterAll(() => database?.end());

beforeEach(async () => {
  await sql
    .raw(
      'update "history"."flights" set delay = (extract(epoch from scheduled_departure) / 3600 - 473352)::int * 37 % 50',
    )
    .execute(database.db);
});

const alter = (index: number, to: string): Promise<unknown> =>
  sql
    .raw(
      `update "history"."flights" set ${to} where (_partition, _offset) = (${index % 2}, ${Math.floor(index / 2)})`,
    )
    .execute(database.db);
const place = (index: number): string => `flights/0/0/${index % 2}/${Math.floor(index / 2)}`;

const verified = (options = {}): Promise<VerifyReport> =>
  verifyReads(database.db, program, serving, { shown: 1_000, events: 5, ...options });

test('nothing differs as it was', async () => {
  expect(await verified()).toMatchObject({ reads: 2 * READS, differing: 0 });
});

test('an old event is among the first suspects of each difference that it made, however many lie after it', async () => {
  await alter(200, 'delay = delay + 3');
  const report = await verified();
  expect(report.differing).toBeGreaterThan(30);
  const sums = report.differences.filter(({ feature }) => feature === 'delay_7d_mean');
  for (const { behind } of sums) {
    expect(behind!.total).toBeGreaterThan(150);
    expect(suspected(behind!).map(placeOf)).toContain(place(200));
    expect(behind!.events.slice(0, behind!.alone).map(placeOf)).toContain(place(200));
    // Reads lie five events apart: so near is the end of what is told apart.
    expect(behind!.alone).toBeLessThanOrEqual(EVERY);
  }
  expect(sums.length).toBeGreaterThan(10);
  expect(report.suspects.map(({ event }) => placeOf(event))).toContain(place(200));
});

test('it is found by the newest read alone, and what is cut is counted', async () => {
  await alter(200, 'delay = delay + 3');
  const { t } = (await verified()).differences[0]!;
  const [first] = (await verified({ shown: 1 })).differences;
  expect(first!.t).toBe(t);
  // The other reads of the same are looked at, though they are not told of.
  expect(suspected(first!.behind!).map(placeOf)).toContain(place(200));
  expect(first!.behind!.differing).toBeGreaterThan(1);
  expect(first!.behind!.agreeing).toBeGreaterThan(1);
  expect(first!.behind!.total).toBeGreaterThan(first!.behind!.events.length);
});

test('two events that were altered are no one suspect', async () => {
  await alter(100, 'delay = delay + 3');
  await alter(400, 'delay = delay + 3');
  const { differences } = await verified();
  for (const { behind } of differences.filter(({ feature }) => feature === 'delay_7d_mean'))
    expect(behind).toMatchObject({ common: 0, alone: 0 });
});

test('of reads along one chain those that retention has made impossible are told apart', async () => {
  const name = 'merchant_amounts';
  const { rows } = await sql<{ at: string }>`
    select "skewless".us(read_at) as at from "history"."audit" where name = ${name} order by id`.execute(
    database.db,
  );
  const at = (index: number): number => Number(rows[index]!.at);
  await sql
    .raw(
      `insert into "history"."retained" values ('card_transactions', 'epoch'::timestamptz + interval '1 microsecond' * ${START - 20 * 24 * HOUR})`,
    )
    .execute(database.db);
  const all = await verified({ name });
  const gone = all.gone[0]!.reads;
  const left = await verified({ name, since: at(gone) });
  const last = await verified({ name, since: at(gone - 1), until: at(gone) });
  await sql.raw('delete from "history"."retained"').execute(database.db);

  expect(all).toMatchObject({ reads: READS - gone, differing: 0, gone: [{ name, reads: gone }] });
  expect(gone).toBeGreaterThan(5);
  expect(READS - gone).toBeGreaterThan(5);
  // The very read that is the last to be gone, and the first that is not.
  expect(left).toMatchObject({ reads: READS - gone, gone: [] });
  expect(last).toMatchObject({ reads: 0, gone: [{ name, reads: 1 }] });
});
