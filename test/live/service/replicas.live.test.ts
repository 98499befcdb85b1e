import { afterAll, beforeAll, expect, test } from 'vitest';
import { StateInUse } from '../../../runtime/checkpoints/errors.ts';
import { http, tcp } from '../../../runtime/client/index.ts';
import { partitionKey } from '../../../runtime/history/index.ts';
import type { ServiceStatus } from '../../../runtime/observe/status.ts';
import { SourceError } from '../../../runtime/sources/source.ts';
import { Oracle } from '../../../testing/index.ts';
import { patient } from '../../support/patient.ts';
import { Random } from '../../support/random.ts';
import { runSettings } from '../../support/run-settings.ts';
import { hasArchived, hasTaken, logEnds, misplaced, readBack } from '../support/broker-log.ts';
import { CliService } from '../support/cli-service.ts';
import { unique, until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { createTopics, startService } from '../support/live-service.ts';
import type { LiveService } from '../support/live-service.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { said } from '../support/said.ts';
import { byOracle, bySql, differencesIn, readSamples, sampled, sampledReads } from '../support/sample.ts';
import { SteadyFeed } from '../support/steady-feed.ts';
import { reasonOf, SteadyReads } from '../support/steady-reads.ts';

/**
 * Two services, one history: the first is a process of its own, that archives until it is killed; the second stands by
 * in this process. Records come in all the while, and are read.
 */
const { seed } = runSettings({ seed: 20_261_121, runs: 0, values: 0 });
const PER_SECOND = 1_500;
const groups = { first: unique('first'), second: unique('second') };

const log = said();
let kafka: TestKafka;
let postgres: TestPostgres;
let first: CliService;
let second: LiveService;
let feed: SteadyFeed;
let reads: SteadyReads;

beforeAll(async () => {
  [kafka, postgres] = await Promise.all([startKafka({ own: true }), startPostgres()]);
  await createTopics(kafka, 3);
  const history = { url: postgres.url, batchEvery: '100ms' } as const;
  first = await CliService.create({ kafka: { brokers: kafka.brokers, groupId: groups.first }, history });
  await first.start();
  await until('the first archives', async () => roleOf(await first.status()) === 'archiving');
  second = await startService(
    kafka.brokers,
    { kafka: { groupId: groups.second }, history },
    { log: log.log },
  );
  await until('the second waits', async () => roleOf(await second.status()) === 'waiting');
  feed = await SteadyFeed.start(kafka, new Random(seed), PER_SECOND);
  reads = new SteadyReads(tcp({ ...second.addresses.tcp!, ...patient }), sampledReads());
  await until('it reads', async () => (await takenBy(second)) > 3_000);
});

afterAll(async () => {
  await feed?.stop();
  await reads?.stop();
  await second?.close();
  await second?.remove();
  await first?.remove();
  await Promise.all([postgres?.remove(), kafka?.close()]);
});

const roleOf = ({ archive }: ServiceStatus): string => archive!.role;

interface Statused {
  status(): Promise<ServiceStatus>;
}

async function takenBy(service: Statused): Promise<number> {
  const { sources } = await service.status();
  return sources.flatMap(({ partitions }) => partitions).reduce((sum, { nextOffset }) => sum + nextOffset, 0);
}

/** While the feed rests: both stand at the end of the log, and say the same of one instant. */
async function expectSameOfBoth(): Promise<void> {
  await feed.pause();
  const ends = await logEnds(kafka);
  for (const service of [first, second])
    await until('all is taken', async () => hasTaken(await service.status(), ends));
  const at = Date.now() * 1000;
  const [ofFirst, ofSecond] = [
    tcp({ ...first.tcp, ...patient }),
    tcp({ ...second.addresses.tcp!, ...patient }),
  ];
  const [one, other] = [await readSamples(ofFirst, at), await readSamples(ofSecond, at)];
  await Promise.all([ofFirst.close(), ofSecond.close()]);
  feed.resume();
  const positions = (frontier: typeof one.frontier) =>
    new Map(frontier.map(place => [partitionKey(place), place.nextOffset]));
  expect(positions(one.frontier)).toEqual(positions(other.frontier));
  expect(differencesIn(one.values, other.values)).toEqual([]);
}

test('one archives, the other waits, and both serve the same', async () => {
  await expectSameOfBoth();
  expect(roleOf(await first.status())).toBe('archiving');
  expect(await second.status()).toMatchObject({ archive: { role: 'waiting', rows: 0 } });
});

test('a state has one service', async () => {
  for (const directory of [first.directory, second.directory]) {
    const another = startService(kafka.brokers, { kafka: { groupId: unique('other') } }, { directory });
    await expect(another).rejects.toThrow(StateInUse);
    await expect(another).rejects.toThrow(/is in use by process \d+ on .*: stop it first, or give/);
  }
});

test('a consumer group has one member: who comes second ends', async () => {
  const third = await startService(kafka.brokers, { kafka: { groupId: groups.second } });
  await expect(third.finished).rejects.toThrow(SourceError);
  await expect(third.finished).rejects.toThrow(
    `the consumer group '${groups.second}' has another member. Every instance reads every partition for itself`,
  );
  await third.remove();
  const before = await takenBy(second);
  await until('the one that was there reads on', async () => (await takenBy(second)) > before + 1_000);
  await until('it has said so', () => log.with(/has another member.*This instance goes on/).length === 1);
});

test('where the one that archives is killed, the other takes over; restarted, that one waits', async () => {
  const began = performance.now();
  await first.kill();
  // As its session ends, and not because it has been silent for 30 s.
  await until('the second archives', async () => roleOf(await second.status()) === 'archiving', 25_000);
  console.log(`taken over after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await until('it does', async () => (await second.status()).archive!.rows > 1_000);
  await first.start();
  await until('the first waits', async () => roleOf(await first.status()) === 'waiting');
  expect(first.said('the state is back')).toHaveLength(1);
  await expectSameOfBoth();
});

test('SIGTERM under load: what was sent is answered, and the next life goes on from the exact place', async () => {
  const clients = [
    new SteadyReads(http({ url: first.url, ...patient }), sampledReads()),
    new SteadyReads(tcp({ ...first.tcp, ...patient }), sampledReads()),
  ];
  await until('they read', () => clients.every(({ answered }) => answered > 200));
  expect(clients.flatMap(client => client.failures())).toEqual([]);
  expect(await first.terminate()).toBe(0);
  await until('they see it', () => clients.every(({ failed }) => failed.length > 0));
  await Promise.all(clients.map(client => client.stop()));
  // No connection came about: nothing was sent.
  const failures = clients.flatMap(({ failed }) => failed.map(({ error }) => reasonOf(error)));
  expect(new Set(failures)).toEqual(new Set(['connect']));
  expect(first.said('stopped')).toHaveLength(1);

  await first.start();
  const restored = new Map(first.restoredFrontier().map(place => [partitionKey(place), place.nextOffset]));
  for (const { seen } of clients)
    for (const [partition, nextOffset] of seen)
      expect(restored.get(partition), partition).toBeGreaterThanOrEqual(nextOffset);
  await expectSameOfBoth();
  // Nothing was read again.
  const { sources } = await first.status();
  expect(sources.map(({ counters }) => counters.known)).toEqual(sources.map(() => 0));
});

test('in the end both are what the oracle and SQL say, and the history has each record once', async () => {
  await feed.stop();
  await expectSameOfBoth();
  const ends = await logEnds(kafka);
  await until('all is archived', () => hasArchived(postgres.db, ends));
  const records = await readBack(kafka);
  const oracle = new Oracle(records, sampled);
  const at = Date.now() * 1000;
  const transport = tcp({ ...second.addresses.tcp!, ...patient });
  const { values } = await readSamples(transport, at);
  await transport.close();
  const expected = byOracle(oracle, at);
  expect(differencesIn(expected, values)).toEqual([]);
  expect(differencesIn(expected, await bySql(postgres.db, ends, at))).toEqual([]);
  expect(await misplaced(postgres.db, records)).toEqual({ missing: [], twice: [], unknown: [] });
  expect(reads.failures()).toEqual([]);
  expect(reads.answered).toBeGreaterThan(500);
});
