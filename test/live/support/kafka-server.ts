import { Kafka, logLevel } from 'kafkajs';
import type { RetryOptions } from 'kafkajs';

/** A broker, however it was come by. */
export interface KafkaServer {
  /** `jars`: Kafka's own, by Maven; `existing`: KAFKA_BROKERS. */
  readonly kind: 'jars' | 'docker' | 'existing';
  readonly brokers: readonly string[];
  /** Its container's name, under Docker. */
  readonly container?: string;
  start(): Promise<void>;
  /** A clean stop. The log is kept for the next start, on the same port. */
  stop(): Promise<void>;
  /** SIGKILL. The log is kept. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** One more address of a broker, beside the one in plain text that tests and tools use. */
export interface KafkaListener {
  /** Of capital letters; what `settings` are told of goes by it. */
  readonly name: string;
  readonly protocol: 'SSL' | 'SASL_SSL';
  readonly port: number;
  /** Its own, as a file of Java properties has them: `{ 'ssl.client.auth': 'required' }`. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface BrokerPlace {
  readonly port: number;
  readonly controllerPort: number;
  /** The address that the listeners bind; none: all. */
  readonly host: string;
  readonly listeners: readonly KafkaListener[];
}

/** What a broker of one node needs to be told, and what makes it quick; topics stamp LogAppendTime unless told otherwise. */
export function brokerSettings({
  port,
  controllerPort,
  host,
  listeners,
}: BrokerPlace): Record<string, string> {
  const all = [{ name: 'PLAINTEXT', protocol: 'PLAINTEXT', port }, ...listeners];
  const at = (address: string): string[] => all.map(each => `${each.name}://${address}:${each.port}`);
  const own = listeners.flatMap(({ name, settings }) =>
    Object.entries(settings).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
  );
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [...at(host), `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT',
      ...all.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(','),
    'advertised.listeners': at('127.0.0.1').join(','),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    'log.message.timestamp.type': 'LogAppendTime',
    // A topic that stamps CreateTime may hold years that are long gone; tests of retention set their own.
    'log.retention.ms': '-1',
    'log.retention.check.interval.ms': '1000',
    'log.initial.task.delay.ms': '1000',
    'log.cleaner.backoff.ms': '500',
    'log.cleaner.dedupe.buffer.size': '4194304',
    // How long a broker that was killed counts as there still, and may not come back.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'controlled.shutdown.max.retries': '1',
  };
}

/** A client that says nothing by itself, and gives a broker that is away a few seconds. */
export function quietClient(brokers: readonly string[]): Kafka {
  return clientOf(brokers, { initialRetryTime: 50, maxRetryTime: 1_000, retries: 8 });
}

function clientOf(brokers: readonly string[], retry: RetryOptions): Kafka {
  return new Kafka({
    clientId: 'skewless-test',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry,
  });
}

/** @throws while the broker does not answer, or has no coordinator of groups yet */
export async function askBroker(brokers: readonly string[]): Promise<void> {
  const admin = clientOf(brokers, { initialRetryTime: 20, retries: 1 }).admin();
  try {
    await admin.connect();
    await admin.fetchOffsets({ groupId: 'skewless-test-readiness' });
  } finally {
    await admin.disconnect();
  }
}
