import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delayRisk, airportDepartures, routeDepartures } from '../../../features/flights.ts';
import * as shop from '../../../features/shop.ts';
import { createClient } from '../../../generated/client/index.ts';
import { http, redis, tcp } from '../../../runtime/client/index.ts';
import type { ClosableTransport } from '../../../runtime/client/index.ts';
import type { SourceRecord } from '../../../runtime/engine/record.ts';
import { kafkaSource } from '../../../runtime/sources/kafka/index.ts';
import { Oracle } from '../../../testing/index.ts';
import { patient } from '../../support/patient.ts';
import { differingFeatures } from '../../support/three-ways/compare.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { unique, until } from '../support/kafka-reading.ts';
import { createTopics, startService } from '../support/live-service.ts';
import type { LiveService } from '../support/live-service.ts';
import { clickMessages, flightMessages, isRealClickstream, present } from '../support/real-input.ts';
import type { Message } from '../support/real-input.ts';
import { startRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { pino } from 'pino';

/**
 * Real flights and a real clickstream through a real broker into the service. What the typed client reads over HTTP,
 * TCP and Redis is what the oracle says, which has read the same topics for itself.
 */
const FLIGHTS = 12_000;
const declarations = [
  ...[airportDepartures, routeDepartures, delayRisk],
  ...[shop.sessionOwner, shop.sessionEngagement, shop.userBehavior, shop.userActivity, shop.userPurchases],
  ...[shop.itemPopularity, shop.userProfile, shop.purchasePropensity],
];

let kafka: TestKafka;
let store: TestRedis;
let service: LiveService;
let oracle: Oracle;
let records: SourceRecord[];
let clicks: Message[];
const transports = new Map<string, ClosableTransport>();

beforeAll(async () => {
  [kafka, store] = await Promise.all([startKafka({ own: true }), startRedis({ own: true })]);
  await createTopics(kafka, 3);
  service = await startService(kafka.brokers, {
    redis: { url: store.url, refresh: '10s', flush: '20ms' },
  });
  clicks = await clickMessages(present());
  const flights = await flightMessages(FLIGHTS, present());
  await Promise.all([produce('flights', flights), produce('user-behavior', clicks)]);
  records = await readBack(flights.length + clicks.length);
  oracle = new Oracle(records, declarations);
  await service.caughtUp();
  const { http: url, tcp: address } = service.addresses;
  transports.set('HTTP', http({ url: url!, ...patient }));
  transports.set('TCP', tcp({ ...address!, ...patient }));
  transports.set('Redis', redis({ redis: store.url, ...patient }));
});

afterAll(async () => {
  for (const transport of transports.values()) await transport.close();
  await service.close();
  await service.remove();
  await store.close();
  await kafka.close();
});

async function produce(topic: string, messages: readonly Message[]): Promise<void> {
  const producer = kafka.client().producer();
  await producer.connect();
  for (let at = 0; at < messages.length; at += 1000)
    await producer.send({ topic, messages: messages.slice(at, at + 1000) });
  await producer.disconnect();
}

/** Every record of both topics, with the broker's own positions and stamps. */
async function readBack(count: number): Promise<SourceRecord[]> {
  const read: SourceRecord[] = [];
  const source = kafkaSource({
    brokers: kafka.brokers,
    clientId: 'oracle',
    groupId: unique('oracle'),
    topics: [
      { source: 'flights', topic: 'flights', place: 0, arrival: 'log' },
      { source: 'user_events', topic: 'user-behavior', place: 0, arrival: 'log' },
    ],
    start: 'earliest',
    logger: pino({ level: 'silent' }),
    now: () => Date.now() * 1000,
  });
  const reading = source.run([], async batch => void read.push(...batch.records));
  await until('all records are read back', () => read.length >= count);
  await source.close();
  await reading;
  return read;
}

interface Answer {
  readonly values: object;
  readonly at: number;
}

type Ask = (name: string, keys: object, at?: number) => Promise<Answer>;

/** Asks by name what a caller would ask by property. */
function asker(transport: ClosableTransport): Ask {
  const client = createClient(transport, { instants: 'us' }) as unknown as Readonly<
    Record<string, { read(keys: object, options?: object): Promise<Answer> }>
  >;
  return (name, keys, at) =>
    client[name.replace(/_./g, part => part[1]!.toUpperCase())]!.read(keys, at === undefined ? {} : { at });
}

function expected(name: string, keys: Readonly<Record<string, never>>, at: number) {
  const declared = declarations.find(each => each.name === name)!;
  return declared.kind === 'vector'
    ? oracle.readVector(declared, keys, at)
    : oracle.readGroup(declared, keys, at);
}

/** A few keys of each group and vector, one of them never seen. */
function reads(): { readonly name: string; readonly keys: Readonly<Record<string, never>> }[] {
  const rows = clicks.map(({ value }) => JSON.parse(value.toString()) as Record<string, unknown>);
  const bought = rows.filter(row => row['event_type'] === 'purchase');
  const some = [...bought.slice(-3), rows.at(-1)!, rows[0]!];
  const sessions = some.map(row => ({ session_id: row['session_id'], user_id: row['user_id'] }));
  const users = [...some.map(row => row['user_id']), 1];
  const airports = ['ATL', 'ORD', 'LAX', 'nowhere'];
  const list = [
    ...airports.map(airport => ['airport_departures', { airport }]),
    ...airports.map(origin => ['route_departures', { origin, destination: 'DFW' }]),
    ...airports.map(origin => ['delay_risk', { origin, destination: 'DFW', distance: 700 }]),
    ...sessions.map(keys => ['session_engagement', keys]),
    ...sessions.map(({ session_id }) => ['session_owner', { session_id }]),
    ...sessions.map(({ session_id }) => ['purchase_propensity', { session_id }]),
    ...users.flatMap(user_id =>
      ['user_behavior', 'user_activity', 'user_purchases', 'user_profile'].map(name => [name, { user_id }]),
    ),
    ...some.map(row => ['item_popularity', { item_id: row['item_id'], category: row['category'] ?? 'none' }]),
  ];
  return list.map(
    ([name, keys]) => ({ name, keys }) as unknown as { name: string; keys: Record<string, never> },
  );
}

describe(`flights and ${isRealClickstream ? 'the clickstream of a real shop' : 'a drawn clickstream'}`, () => {
  it('are counted as the page says', async () => {
    const { sources } = await service.status();
    for (const { name, counters } of sources.filter(
      ({ name }) => name === 'flights' || name === 'user_events',
    )) {
      const verdicts = oracle.verdicts.filter((_, i) => records[i]!.source === name);
      for (const kind of ['counted', 'late', 'early', 'repeat'] as const)
        expect([name, kind, counters[kind]]).toEqual([
          name,
          kind,
          verdicts.filter(verdict => verdict.kind === kind).length,
        ]);
    }
  });

  it.each(['HTTP', 'TCP'])('are served over %s as the oracle says', async transport => {
    const ask = asker(transports.get(transport)!);
    const at = Date.now() * 1000;
    for (const { name, keys } of reads()) {
      const answer = await ask(name, keys, at);
      expect(answer.at).toBe(at);
      const wanted = expected(name, keys, at);
      expect([name, keys, differingFeatures(wanted, answer.values as never)]).toEqual([name, keys, []]);
    }
  });

  it('are in Redis as the oracle says, at the instant they were written for', async () => {
    const ask = asker(transports.get('Redis')!);
    const groups = reads().filter(
      ({ name }) => declarations.find(each => each.name === name)!.kind !== 'vector',
    );
    // The store follows the state: a key never seen is answered once every key has been written, and what was written
    // before the last records came is written again.
    for (const { name, keys } of groups) {
      await until(`${name} of ${JSON.stringify(keys)} is in Redis as the oracle says`, async () => {
        const answer = await ask(name, keys).catch(() => null);
        if (answer === null) return false;
        return differingFeatures(expected(name, keys, answer.at), answer.values as never).length === 0;
      });
    }
  });

  it('answers the same after a restart', async () => {
    const ask = asker(transports.get('TCP')!);
    const at = Date.now() * 1000;
    const before = await Promise.all(reads().map(({ name, keys }) => ask(name, keys, at)));
    service = await service.restart();
    await service.caughtUp();
    const again = tcp({ ...service.addresses.tcp!, ...patient });
    const askAgain = asker(again);
    const after = await Promise.all(reads().map(({ name, keys }) => askAgain(name, keys, at)));
    await again.close();
    expect(after.map(({ values }) => values)).toEqual(before.map(({ values }) => values));
  });
});
