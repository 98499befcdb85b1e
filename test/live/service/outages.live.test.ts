import { afterAll, beforeAll, expect, test } from 'vitest';
import { http, redis, tcp } from '../../../runtime/client/index.ts';
import type { ClosableTransport } from '../../../runtime/client/index.ts';
import { Oracle } from '../../../testing/index.ts';
import { patient } from '../../support/patient.ts';
import { Random } from '../../support/random.ts';
import { runSettings } from '../../support/run-settings.ts';
import { hasArchived, hasTaken, logEnds, misplaced, readBack } from '../support/broker-log.ts';
import { until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { createTopics, startService } from '../support/live-service.ts';
import type { LiveService } from '../support/live-service.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { said } from '../support/said.ts';
import {
  byOracle,
  bySql,
  differencesIn,
  readSample,
  readSamples,
  sampled,
  sampledReads,
} from '../support/sample.ts';
import type { SampledRead } from '../support/sample.ts';
import { SteadyFeed } from '../support/steady-feed.ts';
import { reasonOf, SteadyReads } from '../support/steady-reads.ts';

/**
 * What the service leans on goes and comes back, one after the other and all at once, while records come in and are
 * read. No read over HTTP or TCP fails, operators are told, and in the end nothing is missing and nothing is there twice.
 */
const { seed } = runSettings({ seed: 20_261_121, runs: 0, values: 0 });
const PER_SECOND = 2_000;

const log = said();
let kafka: TestKafka;
let postgres: TestPostgres;
let store: TestRedis;
let service: LiveService;
let feed: SteadyFeed;
let overHttp: SteadyReads;
let overTcp: SteadyReads;
let fromRedis: ClosableTransport;
let oracle: Oracle;

const stored: readonly SampledRead[] = sampledReads().filter(({ kind }) => kind === 'group');

beforeAll(async () => {
  [kafka, postgres, store] = await Promise.all([
    startKafka({ own: true }),
    startPostgres(),
    startRedis({ own: true }),
  ]);
  await createTopics(kafka, 3);
  service = await startService(
    kafka.brokers,
    {
      history: { url: postgres.url, batchEvery: '100ms' },
      redis: { url: store.url, refresh: '5s', flush: '20ms' },
      serve: { ready: { maxLag: '4s' } },
    },
    { log: log.log },
  );
  feed = await SteadyFeed.start(kafka, new Random(seed), PER_SECOND);
  const { http: url, tcp: address } = service.addresses;
  overHttp = new SteadyReads(http({ url: url!, ...patient }), sampledReads());
  overTcp = new SteadyReads(tcp({ ...address!, ...patient }), sampledReads());
  fromRedis = redis({ redis: store.url, ...patient });
  await until('it is ready', async () => (await service.readiness()).status === 200);
  await until('it archives', async () => (await archive()).rows > 1_000);
  await untilInRedis();
});

afterAll(async () => {
  await feed?.stop();
  await Promise.all([overHttp?.stop(), overTcp?.stop(), fromRedis?.close()]);
  await service?.close();
  await service?.remove();
  await Promise.all([store?.close(), postgres?.remove(), kafka?.close()]);
});

const archive = async () => (await service.status()).archive!;

async function readAllFromRedis(): Promise<readonly string[]> {
  const answers = await Promise.allSettled(stored.map(read => readSample(fromRedis, read)));
  return answers.map(answer => (answer.status === 'rejected' ? reasonOf(answer.reason) : 'answered'));
}

async function untilInRedis(): Promise<void> {
  await until('every key is in Redis', async () =>
    (await readAllFromRedis()).every(outcome => outcome === 'answered'),
  );
}

/** What was asked since the last look has been answered, by both ways, and some of it. */
let looked = { http: 0, tcp: 0 };
function expectAnswered(): void {
  expect(overHttp.failures()).toEqual([]);
  expect(overTcp.failures()).toEqual([]);
  expect(overHttp.answered).toBeGreaterThan(looked.http + 20);
  expect(overTcp.answered).toBeGreaterThan(looked.tcp + 20);
  looked = { http: overHttp.answered, tcp: overTcp.answered };
}

/** Records of both sources that the state has taken. */
async function taken(): Promise<number> {
  const { sources } = await service.status();
  return sources.flatMap(({ partitions }) => partitions).reduce((sum, { nextOffset }) => sum + nextOffset, 0);
}

async function untilMoreTaken(count: number): Promise<void> {
  const before = await taken();
  await until('further records are taken', async () => (await taken()) > before + count);
}

/** It may lag for a moment where the machine is busy, and for no other reason. */
async function untilReady(): Promise<void> {
  await until('it is ready', async () => {
    const { status, reasons } = await service.readiness();
    for (const reason of reasons) expect(reason).toMatch(/ lacks \d+ records, up to \d+ s old$/);
    return status === 200;
  });
}

test('without Redis its readers are told so, and all else goes on', async () => {
  await store.stop();
  await until('it is seen', async () => (await service.status()).stores[0]!.health === 'away');
  expect(new Set(await readAllFromRedis())).toEqual(new Set(['connect']));
  expect(await service.metrics()).toContain('skewless_connected{part="redis"} 0');
  await untilMoreTaken(2_000);
  await untilReady();

  await store.start();
  await untilInRedis();
  expect((await service.status()).stores).toMatchObject([{ name: 'redis', health: 'running' }]);
  expect(await service.metrics()).toContain('skewless_connected{part="redis"} 1');
  expectAnswered();
});

test.each(['INT', 'QUIT'] as const)('without PostgreSQL (%s) it serves, and archives later', async how => {
  await postgres.stop(how);
  await until('it is seen', async () => (await archive()).role === 'away');
  const { detail, failures, rows } = await archive();
  expect(detail).toMatch(/\S/);
  expect(failures).toBeGreaterThan(0);
  expect(await service.metrics()).toContain('skewless_connected{part="postgres"} 0');
  await untilMoreTaken(5_000);
  expect(await archive()).toMatchObject({ role: 'away', rows });
  await untilReady();

  await postgres.start();
  await until('the archive has caught up', async () => {
    const { role, lagRecords, rows: now } = await archive();
    return role === 'archiving' && now > rows + 5_000 && lagRecords! < PER_SECOND * 2;
  });
  expect(await service.metrics()).toContain('skewless_connected{part="postgres"} 1');
  expectAnswered();
});

test.each(['stop', 'kill'] as const)(
  'without the broker (%s) it serves, and says that it lags',
  async how => {
    await kafka[how]();
    await until('it is seen', async () =>
      (await service.status()).sources.some(({ health }) => health === 'away'),
    );
    // Records that were known of and not taken may be too old before the broker has been away for long enough.
    await until('it is not ready, and says why', async () => {
      const { status, reasons } = await service.readiness();
      return status === 503 && reasons.some(reason => /^kafka is away: ./.test(reason));
    });
    const metrics = await service.metrics();
    expect(metrics).toContain('skewless_connected{part="kafka"} 0');
    expect(metrics).toMatch(/^skewless_ready 0$/m);
    expectAnswered();

    await kafka.start();
    await until('it is ready again', async () => (await service.readiness()).status === 200);
    await untilMoreTaken(2_000);
    expect(await service.metrics()).toContain('skewless_connected{part="kafka"} 1');
    expectAnswered();
  },
);

test('without any of them it serves what it has', async () => {
  await Promise.all([kafka.kill(), postgres.stop('QUIT'), store.kill()]);
  await until('it is seen', async () => {
    const { ready, stores } = await service.status();
    return !ready && stores[0]!.health === 'away';
  });
  expectAnswered();
  await Promise.all([kafka.start(), postgres.start(), store.start()]);
  await until('it is ready again', async () => (await service.readiness()).status === 200);
  await until('it archives again', async () => (await archive()).role === 'archiving');
  await untilMoreTaken(2_000);
  await untilInRedis();
  expectAnswered();
});

test('operators have been told of each outage and its end, once', () => {
  expect(log.with('Kafka is away: trying again')).toHaveLength(3);
  expect(log.with('Kafka is back')).toHaveLength(3);
});

test('in the end all features are what the oracle and SQL say, and the history has each record once', async () => {
  await feed.stop();
  const ends = await logEnds(kafka);
  await until('all is taken', async () => hasTaken(await service.status(), ends));
  await until('all is archived', () => hasArchived(postgres.db, ends));
  const records = await readBack(kafka);
  oracle = new Oracle(records, sampled);
  for (const kind of ['counted', 'late', 'refused'] as const)
    expect(oracle.verdicts.filter(verdict => verdict.kind === kind).length, kind).toBeGreaterThan(0);
  const now = Date.now() * 1000;
  const { http: url, tcp: address } = service.addresses;
  for (const transport of [http({ url: url!, ...patient }), tcp({ ...address!, ...patient })]) {
    for (const at of [now, now - 600_000_000]) {
      const { values } = await readSamples(transport, at);
      expect(differencesIn(byOracle(oracle, at), values)).toEqual([]);
    }
    await transport.close();
  }
  expect(await misplaced(postgres.db, records)).toEqual({ missing: [], twice: [], unknown: [] });
  expect(differencesIn(byOracle(oracle, now), await bySql(postgres.db, ends, now))).toEqual([]);
  expectAnswered();
  console.log(
    `${records.length} records, ${overHttp.answered} reads over HTTP (slowest ${overHttp.slowest.toFixed(0)} ms), ${overTcp.answered} over TCP (slowest ${overTcp.slowest.toFixed(0)} ms)`,
  );
});

test('without any of them it ends in order, and starts again with what it has', async () => {
  await Promise.all([overHttp.stop(), overTcp.stop()]);
  await Promise.all([kafka.stop(), postgres.stop('INT'), store.stop()]);
  const began = performance.now();
  service = await service.restart();
  expect(performance.now() - began).toBeLessThan(20_000);
  const at = Date.now() * 1000;
  const transport = tcp({ ...service.addresses.tcp!, ...patient });
  const { values } = await readSamples(transport, at);
  await transport.close();
  expect(differencesIn(byOracle(oracle, at), values)).toEqual([]);
  // A state of an hour ago looks no other than one that is up to date.
  await until('it has tried', async () =>
    (await service.status()).sources.some(({ health }) => health === 'away'),
  );
  expect(await service.readiness()).toMatchObject({
    status: 503,
    reasons: [expect.stringMatching(/^kafka is away: ./)],
  });
  expect(log.with('no checkpoint could be written: the last good one stands')).toEqual([]);
});
