// A steady load on a Kafka topic whose requests are encoded beforehand: kafkajs takes most of a core to encode 50,000
// records a second, which the service that is measured on the same machine would miss.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from 'kafkajs';
import { pino } from 'pino';
import { KafkaClient } from '../runtime/sources/kafka/client.ts';

export interface LoadOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  /** Records a second. */
  readonly rate: number;
  readonly seconds: number;
  /** The record of so many ms after the first. */
  readonly message: (index: number, ms: number) => Message;
}

export interface Message {
  readonly key: string;
  readonly value: string;
}

/** A request is sent so often, ms. */
const EVERY = 10;

/** What kafkajs hands to its connections. */
interface Protocol {
  readonly request: { readonly encode: () => Promise<unknown> };
}

interface Pool {
  send(protocol: Protocol): Promise<unknown>;
}

/** Requests that one broker, the leader of all partitions, may be sent at any time. */
export class PreparedLoad {
  readonly #client: KafkaClient;
  readonly #pool: Pool;
  readonly #requests: readonly Protocol[];
  readonly #perRequest: number;

  private constructor(client: KafkaClient, pool: Pool, requests: readonly Protocol[], perRequest: number) {
    this.#client = client;
    this.#pool = pool;
    this.#requests = requests;
    this.#perRequest = perRequest;
  }

  static async prepare(options: LoadOptions): Promise<PreparedLoad> {
    const { brokers, topic, rate, seconds } = options;
    const client = new KafkaClient({
      brokers,
      clientId: 'load',
      groupId: 'load',
      topics: [],
      start: 'latest',
      logger: pino({ level: 'silent' }),
      now: () => 0,
    });
    const cluster = client.openCluster('load');
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const { leader } = cluster.findTopicPartitionMetadata(topic)[0]!;
    const broker = await cluster.findBroker({ nodeId: String(leader) });
    const { connectionPool } = broker as Broker & { readonly connectionPool: Pool };
    const perRequest = Math.round((rate * EVERY) / 1000);
    const requests: Protocol[] = [];
    const own: Pool = { send: async protocol => requests.push(await encoded(protocol)) };
    const recording = Object.create(broker, { connectionPool: { value: own } }) as Broker;
    for (let tick = 0; tick < (seconds * 1000) / EVERY; tick += 1)
      await recording.produce({
        acks: 1,
        topicData: [{ topic, partitions: partitionsOf(options, tick, perRequest) }],
      });
    return new PreparedLoad(client, connectionPool, requests, perRequest);
  }

  /** Sends each request when it is due. @returns records a second */
  async run(): Promise<number> {
    const began = performance.now();
    const answers: Promise<unknown>[] = [];
    for (const [tick, request] of this.#requests.entries()) {
      const early = began + tick * EVERY - performance.now();
      if (early > 0) await sleep(early);
      answers.push(this.#pool.send(request));
    }
    await Promise.all(answers);
    const seconds = (performance.now() - began) / 1000;
    this.#client.cut();
    return (this.#requests.length * this.#perRequest) / seconds;
  }
}

type PartitionData = Parameters<Broker['produce']>[0]['topicData'][number]['partitions'][number];

function partitionsOf({ partitions, message }: LoadOptions, tick: number, count: number): PartitionData[] {
  const timestamp = String(Date.now());
  return Array.from({ length: partitions }, (_, partition) => ({
    partition,
    messages: Array.from({ length: Math.ceil((count - partition) / partitions) }, (_, i) => ({
      ...message(tick * count + i * partitions + partition, tick * EVERY),
      timestamp,
    })),
  }));
}

async function encoded(protocol: Protocol): Promise<Protocol> {
  const bytes = await protocol.request.encode();
  return { ...protocol, request: { ...protocol.request, encode: async () => bytes } };
}
