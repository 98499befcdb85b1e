import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Partitioners } from 'kafkajs';
import type { Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serving } from '../../../generated/serving.ts';
import { placeOf, suspected } from '../../../runtime/audit/index.ts';
import type { StateReport, VerifyReport } from '../../../runtime/audit/index.ts';
import { accessorPlanOf, tcp } from '../../../runtime/client/index.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import { repository, run } from '../../cli/support.ts';
import type { Ran } from '../../cli/support.ts';
import { patient } from '../../support/patient.ts';
import { testDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { Random } from '../../support/random.ts';
import { runSettings } from '../../support/run-settings.ts';
import { everyKey } from '../crash/features.ts';
import type { Reading } from '../crash/features.ts';
import { Feeder } from '../crash/feeder.ts';
import { topicsOf } from '../crash/log.ts';
import { urlOf } from '../crash/open-history.ts';
import { hasArchived, logEnds } from '../support/broker-log.ts';
import { CliService } from '../support/cli-service.ts';
import { until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { createTopics } from '../support/live-service.ts';

/**
 * All worked examples served under load, with late events and a crash in the middle: what was answered is what SQL
 * computes, to the last bit. Then one event is altered by hand, and both verifications name it.
 */
const { seed } = runSettings({ seed: 20_261_205, runs: 0, values: 0 });
const random = new Random(seed);
const KEYS = 25;
/** Requests that are logged before the crash, and again after it. */
const REQUESTS = 75;

let kafka: TestKafka;
let database: TestDatabase;
let db: AnyDatabase;
let service: CliService;
let feeder: Feeder | undefined;
let cards: Producer | undefined;

beforeAll(async () => {
  [kafka, database] = await Promise.all([startKafka({ own: true }), testDatabase()]);
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
  await createTopics(kafka, 3);
  service = await CliService.create({
    kafka: { brokers: kafka.brokers, groupId: 'verify' },
    history: { url: urlOf(database.connection), batchEvery: '100ms' },
    audit: { sample: 1 },
  });
  await service.start();
  feeder = await Feeder.start(
    kafka,
    new Map(topicsOf(serving).map(({ source, topic }) => [source, topic])),
    random.fork(),
  );
  cards = kafka.client().producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await cards.connect();
});

afterAll(async () => {
  await feeder?.stop().catch(() => undefined);
  await cards?.disconnect();
  await service?.remove();
  await db?.destroy();
  await kafka?.close();
});

const numbered = <T>(count: number, of: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => of(n));

/** What the feeder's records say nothing of. */
const ownKeys: Readonly<Record<string, Reading['keys']>> = {
  cardholder_activity: numbered(12, user_id => ({ user_id })),
  merchant_amounts: numbered(5, merchant_id => ({ merchant_id })),
  terminal_risk: numbered(7, terminal_id => ({ terminal_id })),
  fraud_score: numbered(12, n => ({
    user_id: n,
    merchant_id: n % 5,
    terminal_id: n % 7,
    amount: (n * 1001) / 100,
  })),
  price_quote: numbered(12, n => ({
    ...{ item_id: n, category: `shelf.${n % 6}`, customer_id: n, list_price: (999 + n * 100) / 100 },
  })),
};

const readings: readonly Reading[] = [
  ...everyKey({ ...serving, served: serving.served.filter(({ name }) => !(name in ownKeys)) }),
  ...serving.served
    .filter(({ name }) => name in ownKeys)
    .map(({ kind, name }) => ({ kind, name, keys: ownKeys[name]! })),
];

async function sendCards(): Promise<void> {
  const messages = Array.from({ length: 40 }, () => {
    const late = random.pick([0, 0, 0, random.below(3_600_000), random.below(20 * 86_400_000)]);
    const value = {
      ...{ transaction_id: `t-${random.below(100_000)}`, user_id: random.below(12) },
      ...{ merchant_id: random.below(5), terminal_id: random.below(7), amount: random.below(90_000) / 100 },
      ...{ country: random.pick(['DE', 'FR', 'US']), is_fraud: random.chance(0.1) },
      transaction_time: new Date(Date.now() - late).toISOString(),
    };
    return { key: String(value.user_id), value: JSON.stringify(value) };
  });
  await cards!.send({ topic: 'card-transactions', messages });
}

/** Records come in bursts meanwhile, so that hardly two requests know the same. */
async function readUnderLoad(): Promise<number> {
  const transport = tcp({ ...service.tcp, ...patient });
  let values = 0;
  try {
    for (let n = 0; n < REQUESTS; n += 1) {
      const { kind, name, keys } = readings[n % readings.length]!;
      if (n % 10 === 0) await Promise.all([feeder!.burst(300), sendCards()]);
      const from = random.below(keys.length);
      const asked = [...keys.slice(from), ...keys.slice(0, from)].slice(0, KEYS);
      const plan = accessorPlanOf(serving.served.find(each => each.name === name)!);
      // Now and then of a while ago.
      const at = random.chance(0.2) ? { at: (Date.now() - random.below(1_800_000)) * 1000 } : {};
      const answer = await transport.read({ kind, name, keys: asked, ...at }, plan);
      values += answer.values.reduce((sum, row) => sum + Object.keys(row).length, 0);
    }
    return values;
  } finally {
    await transport.close();
  }
}

const logged = async (): Promise<number> =>
  Number((await database.pool.query<{ n: string }>('select count(*) as n from history.audit')).rows[0]!.n);

const verify = (...options: string[]): Promise<Ran> =>
  run(['verify', '--json', '--root', repository, '--config', configFile(), ...options]);
const configFile = (): string => join(dirname(service.directory), 'live.config.ts');

test('what was served under load and across a crash is what SQL computes', async () => {
  const first = await readUnderLoad();
  await until('the reads are logged', async () => (await logged()) > 500);
  await sleep(random.below(300));
  await service.kill();
  await service.start();
  expect(service.said('the state is back')).toHaveLength(1);
  const second = await readUnderLoad();
  await feeder!.stop();
  const ends = await logEnds(kafka);
  await until('all is archived', () => hasArchived(db, ends));
  // In order: what waits is logged, and the state is written as it is.
  expect(await service.terminate()).toBe(0);

  const { code, stdout, stderr } = await verify();
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as VerifyReport;
  expect(report.differences).toEqual([]);
  expect(report).toMatchObject({ differing: 0, pending: [], gone: [], otherMeaning: [] });
  expect(code).toBe(0);
  // A crash may lose what was logged in its last second, and nothing else.
  expect(report.values).toBeGreaterThan(second);
  expect(report.values).toBeGreaterThan(20_000);
  expect(new Set(report.features.map(({ name }) => name))).toEqual(
    new Set(serving.served.map(({ name }) => name)),
  );
  const frontiers = await database.pool.query('select 1 from history.audit_frontier');
  console.log(
    `${first + second} values served, ${report.values} of ${report.reads} reads at ${frontiers.rowCount} frontiers compared`,
  );
});

test('the whole state is what SQL computes of the history', async () => {
  const { code, stdout } = await verify('--state', '--strict');
  const { groups } = JSON.parse(stdout) as StateReport;
  for (const { group, differing, keys, live, recomputed } of groups) {
    expect([group, differing, keys > 0]).toEqual([group, 0, true]);
    expect(recomputed).toBe(live);
  }
  expect(code).toBe(0);
});

test('one event that was altered by hand is found and named by both', async () => {
  // The last to come that a read of its airport has known of.
  const { rows } = await sql<{ partition: number; offset: string; origin: string }>`
    update "history"."flights" as f set delay = f.delay + 1 from (
      select h._topic, h._epoch, h._partition, h._offset from "history"."audit" as a
      join "history"."audit_frontier" as k on k.id = a.frontier
      cross join lateral json_array_elements(k.positions::json) as known
      join "history"."flights" as h on h.origin = a.request::json ->> 'airport'
        and h._partition = (known ->> 3)::integer and h._offset < (known ->> 4)::bigint
      where a.name = 'airport_departures' and known ->> 0 = 'flights'
        and h.scheduled_departure > now() - interval '3 days' and "skewless".us(h.scheduled_departure) <= a.t
      order by h._arrived_at desc limit 1) as h
    where (f._topic, f._epoch, f._partition, f._offset) = (h._topic, h._epoch, h._partition, h._offset)
    returning f._partition as partition, f._offset as "offset", f.origin`.execute(db);
  const [{ partition, offset, origin }] = rows as [(typeof rows)[number]];
  const place = `flights/0/0/${partition}/${offset}`;

  const reads = await verify('--name', 'airport_departures');
  expect(reads.code).toBe(1);
  const report = JSON.parse(reads.stdout) as VerifyReport;
  expect(report.differing).toBeGreaterThan(0);
  for (const { request, feature } of report.differences) {
    expect(request['airport']).toBe(origin);
    expect(feature).toMatch(/delay/);
  }
  for (const { behind } of report.differences) expect(suspected(behind!).map(placeOf)).toContain(place);
  const [first] = report.suspects;
  const altered = report.suspects.find(({ event }) => placeOf(event) === place);
  expect(altered!.differences).toBe(first!.differences);

  const state = await verify('--state');
  expect(state.code).toBe(1);
  const { groups } = JSON.parse(state.stdout) as StateReport;
  const airports = groups.find(({ group }) => group === 'airport_departures')!;
  expect(airports.live).not.toBe(airports.recomputed);
  expect(airports.differences.map(({ key }) => key)).toEqual([{ airport: origin }]);
  const others = groups.filter(({ group }) => !/departures$/.test(group));
  expect(others.every(({ differing }) => differing === 0)).toBe(true);
});
