import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { inject } from 'vitest';
import { PATIENCE } from '../../support/patient.ts';
import { dockerRuns } from './docker.ts';
import { containerTool, startKafkaDocker } from './kafka-docker.ts';
import { javaTool, startKafkaJars } from './kafka-jars.ts';
import { askBroker, quietClient } from './kafka-server.ts';
import type { KafkaListener, KafkaServer } from './kafka-server.ts';

/** A broker as tests have it. */
export interface TestKafka {
  readonly brokers: readonly string[];
  /** A kafkajs client that logs nothing, and gives a broker that is away a few seconds. */
  client(): Kafka;
  /** Makes a topic and waits until it can be written. One partition, unless told otherwise. */
  createTopic(name: string, options?: TopicOptions): Promise<void>;
  /**
   * Runs one of Kafka's command-line tools, for instance `org.apache.kafka.tools.ProducerPerformance`.
   * @param input its standard input
   * @returns its standard output
   */
  tool(mainClass: string, args: readonly string[], input?: string): Promise<string>;
  /** After `stop` or `kill`: the same log, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Of a broker of one's own: ends it and removes its files. The shared one goes on. */
  close(): Promise<void>;
}

export interface TopicOptions {
  readonly partitions?: number;
  /** For instance `{ 'message.timestamp.type': 'CreateTime' }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** The broker of the run, as the global set-up tells the test files; `missing`: why there is none. */
export type SharedKafka = Pick<KafkaServer, 'kind' | 'brokers' | 'container'> | { readonly missing: string };

declare module 'vitest' {
  interface ProvidedContext {
    kafka: SharedKafka;
  }
}

export interface KafkaChoice {
  /** One of the caller's own, which alone may be stopped and started, and listen at more than its plain address. */
  readonly own?: boolean;
  readonly listeners?: readonly KafkaListener[];
}

/**
 * A real Apache Kafka: the one that all test files of the run share, or one of the caller's own. KAFKA_BROKERS names
 * the shared one; else it comes with Docker, else of Kafka's own jars.
 * @throws MissingPart with the commands that bring it
 */
export async function startKafka({ own = false, listeners = [] }: KafkaChoice = {}): Promise<TestKafka> {
  if (own) return testKafka(await startServer(listeners));
  const shared = inject('kafka');
  if ('missing' in shared) throw new Error(shared.missing);
  const refuse = (): Promise<void> =>
    Promise.reject(new Error('other tests use this broker: startKafka({ own: true }) gives one to stop'));
  return testKafka({ ...shared, start: refuse, stop: refuse, kill: refuse, close: async () => undefined });
}

/** The broker that a run shares. */
export async function startSharedKafka(): Promise<KafkaServer> {
  const existing = process.env['KAFKA_BROKERS'];
  if (existing === undefined || existing === '') return startServer();
  const brokers = existing.split(',').map(broker => broker.trim());
  await askBroker(brokers).catch((cause: unknown) => {
    throw new Error(`KAFKA_BROKERS=${existing} does not answer`, { cause });
  });
  const nothing = async (): Promise<void> => undefined;
  return { kind: 'existing', brokers, start: nothing, stop: nothing, kill: nothing, close: nothing };
}

async function startServer(listeners: readonly KafkaListener[] = []): Promise<KafkaServer> {
  return dockerRuns() ? startKafkaDocker(listeners) : startKafkaJars(listeners);
}

function testKafka(server: KafkaServer): TestKafka {
  const { brokers, container } = server;
  return {
    brokers,
    client: () => quietClient(brokers),
    createTopic: (name, options = {}) => createTopic(brokers, name, options),
    tool: (mainClass, args, input) =>
      container === undefined
        ? javaTool(mainClass, args, input)
        : containerTool(container, mainClass, args, input),
    start: () => server.start(),
    stop: () => server.stop(),
    kill: () => server.kill(),
    close: () => server.close(),
  };
}

async function createTopic(
  brokers: readonly string[],
  topic: string,
  { partitions = 1, config = {} }: TopicOptions,
): Promise<void> {
  const admin = quietClient(brokers).admin();
  await admin.connect();
  try {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
    });
    await untilLed(admin, topic, partitions);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs' own waiting gives up when the broker has not heard of the topic yet. */
async function untilLed(admin: Admin, topic: string, partitions: number): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const found = await admin.fetchTopicMetadata({ topics: [topic] }).catch((error: unknown) => {
      if (performance.now() > deadline) throw error;
      return null;
    });
    const led = found?.topics[0]?.partitions.filter(({ leader }) => leader >= 0) ?? [];
    if (led.length === partitions) return;
    if (performance.now() > deadline)
      throw new Error(`${topic}: ${led.length} of ${partitions} partitions have a leader`);
    await sleep(20);
  }
}
