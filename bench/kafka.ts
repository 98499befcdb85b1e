// How fast records come out of a real Kafka, and into the state, beside kafkajs's own loop that does nothing:
//   node --expose-gc --conditions=source --import tsx bench/kafka.ts [events]
// The broker is KAFKA_BROKERS', or one of Kafka's own jars for the time of the bench; it runs on another core.
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { pino } from 'pino';
import { program } from '../generated/stream/index.ts';
import { Engine } from '../runtime/index.ts';
import { kafkaSource } from '../runtime/sources/kafka/index.ts';
import type { KafkaFetch } from '../runtime/sources/kafka/index.ts';
import type { Batch } from '../runtime/sources/source.ts';
import { startKafkaJars } from '../test/live/support/kafka-jars.ts';
import { departures } from './flights-log.ts';
import { heading, report } from './measure.ts';
import type { Rate } from './measure.ts';
import { shopLog } from './shop-log.ts';

const SEED = 7;
const COUNT = Number(process.argv[2] ?? 300_000);
const PARTITIONS = 4;
const ROUNDS = 3;
/** Records taken between two turns of reads. */
const STRIDE = 1_024;
const FRESHNESS = 200;

interface Log {
  readonly topic: string;
  readonly source: string;
  readonly values: readonly Uint8Array[];
  /** µs. */
  readonly arrivals: ArrayLike<number>;
  /** By key, as producers do: the records of one key stand in one partition. */
  readonly partitionOf: (value: Uint8Array) => number;
}

const existing = process.env['KAFKA_BROKERS'];
const server = existing === undefined ? await startKafkaJars() : null;
const brokers = server === null ? existing!.split(',') : [...server.brokers];
const client = new Kafka({ brokers, logLevel: logLevel.NOTHING });
const admin = client.admin();
const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
const run = Date.now().toString(36);

function shopEvents(): Log {
  const { bytes, arrivals } = shopLog(SEED, COUNT, Math.ceil(COUNT / 50), 14);
  return {
    topic: `shop-${run}`,
    source: 'user_events',
    values: bytes,
    arrivals,
    partitionOf: byField('user_id'),
  };
}

function flightEvents(): Log {
  const events = departures(SEED, 100, Math.ceil(COUNT / 100 / 14), 14).slice(0, COUNT);
  return {
    topic: `flights-${run}`,
    source: 'flights',
    values: events.map(event => Buffer.from(JSON.stringify(event))),
    arrivals: events.map(event => event.scheduled_departure),
    partitionOf: byField('origin'),
  };
}

function byField(field: string): Log['partitionOf'] {
  return value => {
    const key = String((JSON.parse(Buffer.from(value).toString()) as Record<string, unknown>)[field]);
    let hash = 0;
    for (let i = 0; i < key.length; i += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
    return hash % PARTITIONS;
  };
}

/** With the arrivals for the producers' stamps: only so is a log of the past punctual. */
async function produced(log: Log): Promise<Log> {
  const configEntries = [{ name: 'message.timestamp.type', value: 'CreateTime' }];
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: log.topic, numPartitions: PARTITIONS, configEntries }],
  });
  const size = 2_000;
  for (let start = 0; start < log.values.length; start += size) {
    const messages = log.values.slice(start, start + size).map((value, index) => ({
      value: Buffer.from(value),
      partition: log.partitionOf(value),
      timestamp: String(Math.floor(log.arrivals[start + index]! / 1000)),
    }));
    await producer.send({ topic: log.topic, acks: 1, messages });
  }
  return log;
}

async function throughput(shop: Log, flights: Log): Promise<void> {
  const kafkajs = await best(() => byKafkajs(shop));
  const alone = await best(() => byUs(shop, async () => undefined));
  const big = await best(() => byUs(shop, async () => undefined, { maxBytes: 4 << 20 }));
  const engine = await best(() => withoutKafka(shop));
  const behavior = await best(() => byUs(shop, intoEngine('user_behavior')));
  const kafkajsFlights = await best(() => byKafkajs(flights));
  const departing = await best(() => byUs(flights, intoEngine('airport_departures')));
  heading('Kafka to state, events/s', 'Aim: 300,000 on one core with the state of one group behind it.');
  report('shop: kafkajs eachBatch, nothing done', kafkajs, '');
  report('shop: this source, nothing done', alone, '', ['eachBatch', kafkajs]);
  report('shop: this source, answers of 4 MiB', big, '', ['eachBatch', kafkajs]);
  report('shop: user_behavior without Kafka', engine, '');
  report('shop: this source into user_behavior', behavior, '300 k', ['eachBatch', kafkajs]);
  report('flights: kafkajs eachBatch, nothing done', kafkajsFlights, '');
  report('flights: this source into airport_departures', departing, '300 k', ['eachBatch', kafkajsFlights]);
}

/** The best of some rounds: the first compiles. */
async function best(measure: () => Promise<Rate>): Promise<Rate> {
  let found: Rate = { wall: 0, cpu: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { wall, cpu } = await measure();
    found = { wall: Math.max(found.wall, wall), cpu: Math.max(found.cpu, cpu) };
  }
  return found;
}

/** From the first batch to the last, whatever joining and connecting take. */
class Stopwatch {
  readonly #count: number;
  #taken = 0;
  #wall = 0n;
  #cpu = process.cpuUsage();
  readonly rate: Promise<Rate>;
  #resolve: (rate: Rate) => void = () => undefined;

  constructor(count: number) {
    this.#count = count;
    this.rate = new Promise(resolve => {
      this.#resolve = resolve;
    });
    globalThis.gc?.();
  }

  begin(): void {
    if (this.#wall !== 0n) return;
    this.#wall = process.hrtime.bigint();
    this.#cpu = process.cpuUsage();
  }

  took(records: number): void {
    this.#taken += records;
    if (this.#taken < this.#count) return;
    const { user, system } = process.cpuUsage(this.#cpu);
    const wall = Number(process.hrtime.bigint() - this.#wall) / 1e9;
    this.#resolve({ wall: this.#count / wall, cpu: this.#count / ((user + system) / 1e6) });
  }
}

async function byKafkajs({ topic, values }: Log): Promise<Rate> {
  const watch = new Stopwatch(values.length);
  const consumer = client.consumer({ groupId: `bench-${run}-${Math.random()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      watch.begin();
      watch.took(batch.messages.length);
    },
  });
  const rate = await watch.rate;
  await consumer.disconnect();
  return rate;
}

function sourceOf({ topic, source }: Log, fetch: Partial<KafkaFetch> = {}): ReturnType<typeof kafkaSource> {
  return kafkaSource({
    brokers,
    clientId: 'bench',
    groupId: `bench-${run}-${Math.random()}`,
    topics: [{ source, topic, place: 0, arrival: 'producer' }],
    start: 'earliest',
    fetch,
    logger: pino({ level: 'silent' }),
    now: () => Date.now() * 1000,
  });
}

async function byUs(
  log: Log,
  take: (batch: Batch) => Promise<void>,
  fetch?: Partial<KafkaFetch>,
): Promise<Rate> {
  const watch = new Stopwatch(log.values.length);
  const source = sourceOf(log, fetch);
  const running = source.run([], async batch => {
    if (batch.records.length > 0) watch.begin();
    await take(batch);
    watch.took(batch.records.length);
  });
  const rate = await Promise.race([watch.rate, running.then(() => Promise.reject(new Error('it ended')))]);
  await source.close();
  await running;
  return rate;
}

function intoEngine(group: string): (batch: Batch) => Promise<void> {
  const groups = program.groups.filter(({ name }) => name === group);
  if (groups.length === 0) throw new Error(`no group ${group}`);
  const engine = new Engine({ ...program, groups, vectors: [] });
  return async ({ records }) => {
    for (let at = 0; at < records.length; at += 1) {
      const { kind } = engine.ingest(records[at]!);
      if (kind === 'refused') throw new Error('a record was refused');
      if (at % STRIDE === STRIDE - 1) await setImmediate();
    }
  };
}

/** The state alone, by the same road from the batch on. */
async function withoutKafka({ source, values, arrivals }: Log): Promise<Rate> {
  const take = intoEngine('user_behavior');
  const watch = new Stopwatch(values.length);
  watch.begin();
  for (let start = 0; start < values.length; start += STRIDE) {
    const records = values.slice(start, start + STRIDE).map((value, index) => {
      const offset = start + index;
      return {
        source,
        topic: 0,
        epoch: 0,
        partition: 0,
        offset,
        arrivedAt: arrivals[offset]!,
        value,
        key: null,
      };
    });
    await take({ source, topic: 0, epoch: 0, partition: 0, records, end: values.length });
    watch.took(records.length);
  }
  return watch.rate;
}

/** From the call that produces a record to its being handed over, one at a time. */
async function freshness(): Promise<void> {
  const log: Log = {
    topic: `idle-${run}`,
    source: 'user_events',
    values: [],
    arrivals: [],
    partitionOf: () => 0,
  };
  await produced(log);
  const source = sourceOf(log);
  const arrived = new EventTarget();
  const running = source.run([], async ({ records }) => {
    if (records.length > 0) arrived.dispatchEvent(new Event('record'));
  });
  const took: number[] = [];
  for (let index = 0; index < FRESHNESS; index += 1) {
    const began = performance.now();
    const seen = once(arrived, 'record');
    await producer.send({ topic: log.topic, acks: 1, messages: [{ value: '{}', partition: 0 }] });
    await seen;
    took.push(performance.now() - began);
  }
  await source.close();
  await running;
  took.sort((a, b) => a - b);
  const at = (share: number): string => took[Math.floor((took.length - 1) * share)]!.toFixed(1);
  heading('From producing a record to having it, idle, ms', 'Aim: about 10.');
  console.log(`  p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`);
}

try {
  await Promise.all([admin.connect(), producer.connect()]);
  const shop = await produced(shopEvents());
  const flights = await produced(flightEvents());
  console.log(
    `${COUNT} events of the shop and as many departures in ${PARTITIONS} partitions each, seed ${SEED}`,
  );
  await throughput(shop, flights);
  await freshness();
} finally {
  await admin.deleteTopics({ topics: (await admin.listTopics()).filter(topic => topic.endsWith(run)) });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await server?.close();
}
