import type { Cluster } from 'kafkajs';
import { expect, test } from 'vitest';
import type { FrontierEntry } from '../../runtime/index.ts';
import { Backoff } from '../../runtime/sources/kafka/backoff.ts';
import { failureOf, typeOf } from '../../runtime/sources/kafka/failures.ts';
import type { Target } from '../../runtime/sources/kafka/messages.ts';
import { Positions, targetsOf } from '../../runtime/sources/kafka/positions.ts';
import { Readers } from '../../runtime/sources/kafka/readers.ts';
import { refusalText } from '../../runtime/sources/kafka/refusals.ts';
import { SourceError } from '../../runtime/sources/source.ts';

const target: Target = { source: 'events', topic: 't', place: 0, arrival: 'log', epoch: 0 };

const entry = (more: Partial<FrontierEntry> = {}): FrontierEntry => ({
  source: 'events',
  topic: 0,
  epoch: 0,
  partition: 0,
  nextOffset: 5,
  ...more,
});

test('the state’s position comes before a given frontier, and either before the start', () => {
  const start = { frontier: [entry({ nextOffset: 3 }), entry({ partition: 1, nextOffset: 4 })] };
  const positions = new Positions([entry()], [target], start);
  expect([0, 1, 2].map(partition => positions.of(target, partition))).toEqual([5, 4, 'earliest']);
});

test('`latest` is for topics that are new to the state, not for new partitions, nor for a topic made anew', () => {
  const positions = new Positions([entry()], [target], 'latest');
  const other = { ...target, place: 1, topic: 'u' };
  expect(positions.of(target, 1)).toBe('earliest');
  expect(positions.of({ ...target, epoch: 1 }, 0)).toBe('earliest');
  expect(positions.of(other, 0)).toBe('latest');
  positions.begin(other);
  expect(positions.of(other, 0)).toBe('earliest');
});

test('imports, other sources and partitions of which nothing was taken are no positions', () => {
  const others = [
    entry({ topic: -1, epoch: 7 }),
    entry({ source: 'others' }),
    entry({ nextOffset: -Infinity }),
  ];
  expect(new Positions(others, [target], 'latest').of(target, 0)).toBe('latest');
});

test('an epoch that the state is past is an error, one above is not', () => {
  expect(() => new Positions([entry({ epoch: 2 })], [target], 'earliest')).toThrow(
    /set kafka\.epochs\['t'\] to 2/,
  );
  expect(() => new Positions([entry()], [{ ...target, epoch: 1 }], 'earliest')).not.toThrow();
});

test('epochs are whole numbers', () => {
  const options = { topics: [target], epochs: { t: -1 } } as unknown as Parameters<typeof targetsOf>[0];
  expect(() => targetsOf(options)).toThrow(/epoch of the topic 't' must be 0, 1, 2, …, not -1/);
});

/** A cluster whose logs reach from 2 to 9. */
const cluster = (partitions: number): Cluster =>
  ({
    findTopicPartitionMetadata: () =>
      Array.from({ length: partitions }, (_, partitionId) => ({ partitionId })),
    fetchTopicsOffset: async ([asked]: { fromBeginning: boolean; partitions: { partition: number }[] }[]) => [
      {
        topic: 't',
        partitions: asked!.partitions.map(({ partition }) => ({
          partition,
          offset: asked!.fromBeginning ? '2' : '9',
        })),
      },
    ],
  }) as unknown as Cluster;

test('partitions are entered where positions say, and new ones at their beginning', async () => {
  const readers = new Readers([target], new Positions([], [target], 'latest'));
  const added = await readers.add(cluster(2));
  expect(added.map(({ partition, taken, isSettled }) => [partition, taken, isSettled])).toEqual([
    [0, 9, false],
    [1, 9, false],
  ]);
  expect((await readers.add(cluster(3))).map(({ partition, taken }) => [partition, taken])).toEqual([[2, 2]]);
  expect(readers.ends().map(({ seenAt }) => seenAt)).toEqual([-Infinity, -Infinity, -Infinity]);
  await readers.refreshEnds(cluster(3), () => 77);
  expect(readers.ends()).toHaveLength(3);
  expect(readers.ends()[2]).toEqual({
    source: 'events',
    topic: 0,
    epoch: 0,
    partition: 2,
    end: 9,
    seenAt: 77,
  });
});

test('fewer partitions than the state has read are an error', async () => {
  const readers = new Readers([target], new Positions([entry({ partition: 3 })], [target], 'earliest'));
  await expect(readers.add(cluster(2))).rejects.toThrow(
    /has 2 partitions, but 4 have been read.*epochs\['t'\] to 1/s,
  );
});

test('where sources share a topic the one furthest behind is committed; what is not ours is not', () => {
  const second = { ...target, source: 'again' };
  const readers = new Readers([target, second], new Positions([], [target, second], 'earliest'));
  const frontier = [
    entry({ nextOffset: 9 }),
    entry({ source: 'again', nextOffset: 4 }),
    entry({ partition: 1, nextOffset: 7 }),
    entry({ partition: 2, nextOffset: -Infinity }),
    entry({ source: 'file', nextOffset: 1 }),
    entry({ epoch: 1, nextOffset: 1 }),
    entry({ topic: -1, nextOffset: 1 }),
  ];
  expect(readers.toCommit(frontier)).toEqual([
    { topic: 't', partition: 0, offset: '4' },
    { topic: 't', partition: 1, offset: '7' },
  ]);
});

const errorOf = (more: object, cause?: unknown): Error => Object.assign(new Error('no', { cause }), more);

test('errors are told apart: to be waited out, refused, wrong, odd', () => {
  expect(failureOf(errorOf({ name: 'KafkaJSConnectionError', retriable: true, code: 'ECONNREFUSED' }))).toBe(
    'away',
  );
  expect(failureOf(errorOf({ name: 'KafkaJSLockTimeout', retriable: false }))).toBe('away');
  expect(failureOf(errorOf({ syscall: 'connect', code: 'ENOTFOUND' }))).toBe('away');
  expect(failureOf(errorOf({ name: 'KafkaJSSASLAuthenticationError', retriable: false }))).toBe('refused');
  for (const lost of [
    'Closed connection',
    'Connection error: read ECONNRESET',
    'Request SaslAuthenticate(key: 36, version: 1) timed out',
  ]) {
    const message = `SASL PLAIN authentication failed: ${lost}`;
    expect(failureOf(errorOf({ name: 'KafkaJSSASLAuthenticationError', retriable: false, message }))).toBe(
      'away',
    );
  }
  expect(failureOf(errorOf({ type: 'TOPIC_AUTHORIZATION_FAILED' }))).toBe('refused');
  expect(failureOf(errorOf({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', retriable: true }))).toBe('refused');
  expect(failureOf(new SourceError('no'))).toBe('wrong');
  expect(failureOf(new TypeError('no'))).toBe('odd');
  expect(failureOf('no')).toBe('odd');
  const retried = errorOf(
    { name: 'KafkaJSNumberOfRetriesExceeded', retriable: false },
    errorOf({ retriable: true }),
  );
  expect(failureOf(retried)).toBe('away');
  expect(failureOf(errorOf({ retriable: true }, new SourceError('no')))).toBe('wrong');
  expect(typeOf(errorOf({}, errorOf({ type: 'OFFSET_OUT_OF_RANGE' })))).toBe('OFFSET_OUT_OF_RANGE');
});

test('retries come ever later, up to a most, scattered', () => {
  const backoff = new Backoff({ retry: { first: 100, most: 1_000 }, random: () => 0.5 });
  expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([75, 150, 300, 600, 750, 750]);
  backoff.reset();
  expect(backoff.next()).toBe(75);
});

test.each<[object, RegExp]>([
  [{ code: 'CERT_HAS_EXPIRED' }, /the broker's certificate is not valid now/],
  [{ code: 'CERT_NOT_YET_VALID' }, /the broker's certificate is not valid now/],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, /set kafka\.ssl\.ca/],
  [{ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, /set kafka\.ssl\.cert and kafka\.ssl\.key/],
  [{ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }, /look at kafka\.ssl\.minVersion/],
  [{ code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' }, /kafka\.ssl\.ciphers, at kafka\.ssl\.cert/],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, /the port in kafka\.brokers/],
  [{ type: 'UNSUPPORTED_SASL_MECHANISM' }, /no login by 'plain': set kafka\.sasl\.mechanism/],
  [{ type: 'TOPIC_AUTHORIZATION_FAILED' }, /the user 'u' may not do this/],
  [{ code: 'ERR_SSL_SOMETHING_NEW' }, /^the brokers refuse this client: ERR_SSL_SOMETHING_NEW$/],
])('a refusal names the key to look at: %j', (about, text) => {
  const sasl = { mechanism: 'plain', username: 'u', password: 'hush' } as const;
  const error = errorOf(about);
  expect(failureOf(error)).toBe('refused');
  expect(refusalText(error, { ssl: true, sasl })).toMatch(text);
});
