import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

// There may be no Docker here to ask: what compose.yaml says is checked against itself and against what the live
// tests are made of.

interface Service {
  readonly image: string;
  readonly ports: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[] };
}

const text = readText('compose.yaml');
const { services, volumes } = parse(text) as {
  readonly services: Readonly<Record<'kafka' | 'redis' | 'postgres' | 'connect', Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};
const all = Object.entries<Service>(services);

test('the ports that the head of the file names are those that are published, on this machine alone', () => {
  const published = all.map(([name, { ports }]) => [name, ports.map(port => port.split(':'))] as const);
  expect(Object.fromEntries(published)).toEqual({
    kafka: [['127.0.0.1', '9092', '9092']],
    redis: [['127.0.0.1', '6379', '6379']],
    postgres: [['127.0.0.1', '5432', '5432']],
    connect: [['127.0.0.1', '8083', '8083']],
  });
  expect(text).toContain('KAFKA_BROKERS=localhost:9092\n');
  expect(text).toContain('REDIS_URL=redis://localhost:6379\n');
  const { environment } = services.postgres;
  const password = environment!['POSTGRES_PASSWORD'];
  expect(text).toContain(`SKEWLESS_POSTGRES_URL=postgres://postgres:${password}@localhost:5432/postgres\n`);
  expect(text).toContain('http://localhost:8083.');
});

test('the servers are of the versions that the live tests start themselves', () => {
  const jars = (set: string, artifact: string): string =>
    new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([^<]+)<`).exec(
      readText(`test/live/support/${set}.pom.xml`),
    )![1]!;
  expect(services.kafka.image).toBe(`apache/kafka:${jars('kafka', 'kafka_2.13')}`);
  expect(services.connect.image).toBe(
    `quay.io/debezium/connect:${jars('connect', 'debezium-connector-postgres')}`,
  );
  expect(readText('test/live/support/kafka-docker.ts')).toContain(`'${services.kafka.image}'`);
  expect(readText('test/live/support/redis.ts')).toContain(`'${services.redis.image}'`);
});

test('Kafka is told to whom each of its listeners speaks', () => {
  const kafka = services.kafka.environment!;
  const namesIn = (list: string): string[] =>
    list
      .split(',')
      .map(entry => entry.split(':')[0]!)
      .sort();
  const listeners = namesIn(kafka['KAFKA_LISTENERS']!);
  expect(namesIn(kafka['KAFKA_LISTENER_SECURITY_PROTOCOL_MAP']!)).toEqual(listeners);
  const controller = kafka['KAFKA_CONTROLLER_LISTENER_NAMES']!;
  expect(namesIn(kafka['KAFKA_ADVERTISED_LISTENERS']!)).toEqual(
    listeners.filter(name => name !== controller),
  );
  expect(kafka['KAFKA_ADVERTISED_LISTENERS']).toContain(
    `INTERNAL://${services.connect.environment!['BOOTSTRAP_SERVERS']}`,
  );
  expect(kafka['KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE']).toBe('LogAppendTime');
});

test('every service says when it is ready, and names only services and volumes that are there', () => {
  for (const [name, service] of all) {
    expect(service.healthcheck.test[0], name).toBe('CMD');
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(services, `${name} depends on ${other}`).toHaveProperty(other);
      expect(condition).toBe('service_healthy');
    }
    for (const volume of service.volumes ?? []) expect(volumes).toHaveProperty(volume.split(':')[0]!);
    // Compose reads what is not text as something else: `yes`, `1`.
    for (const [variable, value] of Object.entries(service.environment ?? {}))
      expect(typeof value, `${name}: ${variable}`).toBe('string');
  }
});

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}
