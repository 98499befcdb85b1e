import { expect, test } from 'vitest';
import { checkNames, readConfig } from '../../runtime/config/index.ts';
import type { NameCheck } from '../../runtime/config/index.ts';
import type { ServedSource, ServingPlan } from '../../runtime/serve/plan.ts';

const source = (
  name: string,
  topics: readonly string[],
  kind: ServedSource['kind'] = 'stream',
): ServedSource => ({
  kind,
  name,
  doc: null,
  topics,
  arrival: 'log',
  time: 'at',
  columns: [{ name: 'known_at', type: { kind: 'timestamp' }, nullable: false, doc: null }],
});

const plan: ServingPlan = {
  abi: 1,
  fingerprint: 'f',
  sources: [source('flights', ['departures']), source('users', ['db.users'], 'table'), source('clicks', [])],
  served: [
    { kind: 'group', name: 'user_views', doc: null, owner: null, fingerprint: 'g', inputs: [], features: [] },
  ],
};

function check(config: unknown): NameCheck {
  const options = { root: '/project', file: 'skewless.config.ts', environment: {} };
  return checkNames(readConfig(config, options).settings, plan);
}

test('names that the program does not have are told with the nearest', () => {
  const { problems } = check({
    kafka: { brokers: 'a:1', epochs: { departure: 1 } },
    files: { click: { path: 'a.csv' }, flights: { path: 'b.csv', arrival: 'known' } },
    history: { url: 'postgres://h/d', retention: { users: '30d' } },
    redis: { url: 'redis://h', served: ['user_view'] },
  });
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    "files.click: the program has no source 'click'; did you mean 'clicks'?",
    "kafka.epochs.departure: the program has no topic 'departure'; did you mean 'departures'?",
    "history.retention.users: the program has no stream 'users'; there are 'flights' and 'clicks'",
    "redis.served.user_view: the program has no group or vector 'user_view'; did you mean 'user_views'?",
    "files.flights.arrival: the program has no column of flights 'known'; there is only 'known_at'",
  ]);
});

test('a decoder of no source is told with the nearest; one that nothing asks is said', () => {
  const { problems, warnings } = check({
    kafka: { brokers: 'a:1', decoders: { fights: 'a.ts', flights: 'b.ts', users: 'c.ts', clicks: 'd.ts' } },
    files: { flights: { path: 'a.csv' } },
  });
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    "kafka.decoders.fights: the program has no source 'fights'; did you mean 'flights'?",
  ]);
  expect(warnings.slice(1)).toEqual([
    'kafka.decoders.flights is not used: flights is not read from Kafka',
    'kafka.decoders.clicks is not used: clicks is not read from Kafka',
  ]);
});

test('a source on Kafka without a cluster is an error; one that nothing feeds is said', () => {
  const { problems, warnings } = check({ files: { flights: { path: 'a.csv' } } });
  expect(problems).toHaveLength(1);
  expect(problems[0]!.message).toContain('these sources are read from Kafka: users.');
  expect(warnings).toEqual([
    "nothing feeds the source 'clicks': it has no Kafka topic, and files.clicks is not given",
  ]);
});
