import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFetchAnswer } from '../../runtime/sources/kafka/fetch-answer.ts';
import { lotsOf } from '../../runtime/sources/kafka/messages.ts';
import type { Lot, Target } from '../../runtime/sources/kafka/messages.ts';
import type { FetchedPartition } from '../../runtime/sources/kafka/protocol.ts';
import { offsetBehind } from '../../runtime/sources/kafka/record-batch.ts';
import { SourceError } from '../../runtime/sources/source.ts';
import { STAMP, batchBytes, batchOf, fetchedOf, marker, transactional } from './kafka-batches.ts';
import type { Made } from './kafka-batches.ts';

const require = createRequire(import.meta.url);
const target: Target = { source: 'events', topic: 't', place: 0, arrival: 'log', epoch: 0 };
const byProducer: Target = { ...target, arrival: 'producer' };

/** All lots in one; the next answer is asked for from where they end, before they are unpacked. */
function unpack(fetched: FetchedPartition, position: number, of: Target): Lot {
  const lots = [...lotsOf(fetched, position, of)];
  const next = lots.at(-1)?.next ?? position;
  expect(offsetBehind(fetched.records, position)).toBe(next);
  return { records: lots.flatMap(({ records }) => records), next };
}

async function unpacked(
  batches: readonly Made[],
  position: number,
  aborted: FetchedPartition['abortedTransactions'] = [],
  of: Target = target,
): Promise<{ offsets: number[]; next: number }> {
  const { records, next } = unpack(await fetchedOf(batches, aborted), position, of);
  return { offsets: records.map(({ offset }) => offset), next };
}

test('a batch comes whole: what lies before the position is left out', async () => {
  expect(await unpacked([batchOf(10, 14, [10, 11, 12, 13, 14])], 12)).toEqual({
    offsets: [12, 13, 14],
    next: 15,
  });
});

test('records come in lots, each with where to go on behind it', async () => {
  const offsets = (first: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => first + i);
  const lots = async (...batches: Made[]): Promise<unknown[]> =>
    [...lotsOf(await fetchedOf(batches), 100, target)].map(({ records, next }) => [
      ...[records[0]?.offset, records.at(-1)?.offset, records.length],
      next,
    ]);
  const long = batchOf(0, 1_249, offsets(0, 1_250));
  expect(await lots(long)).toEqual([
    [100, 599, 500, 600],
    [600, 1_099, 500, 1_100],
    [1_100, 1_249, 150, 1_250],
  ]);
  // A lot goes on in the next batch, and ends with what brings no record.
  expect(await lots(long, batchOf(1_250, 1_260, [1_255]), marker(1, 1_261, 1))).toEqual([
    [100, 599, 500, 600],
    [600, 1_099, 500, 1_100],
    [1_100, 1_255, 151, 1_262],
  ]);
  expect(await lots(batchOf(100, 599, offsets(100, 500)))).toEqual([[100, 599, 500, 600]]);
  expect(await lots(batchOf(100, 599, offsets(100, 500)), marker(1, 600, 1))).toEqual([[100, 599, 500, 601]]);
});

test('what is sound before a torn batch is taken', async () => {
  const offsets = Array.from({ length: 700 }, (_, i) => i);
  const fetched = await fetchedOf([batchOf(0, 699, offsets), batchOf(700, 700, [700])]);
  const first = (await batchBytes(batchOf(0, 699, offsets))).length;
  // The number of records of the second: it ends before the last of them.
  fetched.records.writeInt32BE(9, first + 57);
  const taken: number[] = [];
  const all = (): void => {
    for (const { records } of lotsOf(fetched, 0, target)) taken.push(...records.map(({ offset }) => offset));
  };
  expect(all).toThrow(/offset 700: a batch of records cannot be read/);
  expect(taken).toEqual(offsets);
});

test('a batch that cannot be unpacked is told with its place, and what is before it is taken', async () => {
  const fetched = await fetchedOf([batchOf(0, 1, [0, 1]), batchOf(2, 3, [2, 3])]);
  const second = (await batchBytes(batchOf(0, 1, [0, 1]))).length;
  const withCodec = (codec: number): FetchedPartition => {
    const records = Buffer.from(fetched.records);
    records[second + 22]! |= codec;
    return { ...fetched, records };
  };
  const lots = lotsOf(withCodec(1), 0, target);
  expect(lots.next().value).toMatchObject({ records: [{ offset: 0 }, { offset: 1 }], next: 2 });
  expect(() => lots.next()).toThrow(
    /^the topic 't', partition 0, offset 2: a batch of records cannot be read: it says that it is compressed with gzip/,
  );
  expect(() => [...lotsOf(withCodec(7), 0, target)]).toThrow(/offset 2: .*codec 7, which is not known/);
});

test('what compaction took is passed over, at the end of a batch too, and a batch of which nothing is left', async () => {
  const batches = [batchOf(0, 9, [3, 7]), batchOf(10, 19, [12])];
  expect(await unpacked(batches, 0)).toEqual({ offsets: [3, 7, 12], next: 20 });
  expect(await unpacked(batches.slice(0, 1), 5)).toEqual({ offsets: [7], next: 10 });
  expect(await unpacked([batchOf(0, 9, [])], 5)).toEqual({ offsets: [], next: 10 });
  expect(await unpacked([], 5)).toEqual({ offsets: [], next: 5 });
});

test('all transactions that are aborted where reading begins are left out, in whatever order they are told', async () => {
  const [a, b, c, d, e] = [1, 2, 3, 4, 5] as const;
  const batches = [
    transactional(c, 5),
    transactional(b, 6),
    transactional(a, 7),
    transactional(d, 8),
    batchOf(9, 9, [9]),
    marker(a, 10, 0),
    marker(b, 11, 0),
    marker(c, 12, 0),
    marker(d, 13, 1),
    transactional(a, 14),
    transactional(e, 15),
    marker(e, 16, 0),
  ];
  const aborted = [
    { producerId: BigInt(e), firstOffset: 15 },
    { producerId: BigInt(c), firstOffset: 3 },
    { producerId: BigInt(a), firstOffset: 1 },
    { producerId: BigInt(b), firstOffset: 2 },
  ];
  expect(await unpacked(batches, 5, aborted)).toEqual({ offsets: [8, 9, 14], next: 17 });
});

test('a record whose key is that of an abort marker does not end the transaction', async () => {
  const zeros = Buffer.alloc(4);
  const batches = [
    transactional(1, 0, zeros),
    transactional(1, 1),
    marker(1, 2, 0),
    transactional(1, 3, zeros),
    marker(1, 4, 1),
  ];
  expect(await unpacked(batches, 0, [{ producerId: 1n, firstOffset: 0 }])).toEqual({ offsets: [3], next: 5 });
});

test('a marker of commit does not end what is aborted, and a second abort is one of its own', async () => {
  const batches = [
    transactional(1, 0),
    marker(1, 1, 1),
    transactional(1, 2),
    marker(1, 3, 0),
    transactional(1, 4),
    marker(1, 5, 1),
    transactional(1, 6),
    marker(1, 7, 0),
  ];
  const aborted = [
    { producerId: 1n, firstOffset: 0 },
    { producerId: 1n, firstOffset: 6 },
  ];
  expect(await unpacked(batches, 0, aborted)).toEqual({ offsets: [4], next: 8 });
});

test('a transaction is aborted from its first offset on, and not before', async () => {
  // Compaction took the marker of the one before.
  const batches = [transactional(1, 4), transactional(1, 5), marker(1, 6, 0)];
  expect(await unpacked(batches, 0, [{ producerId: 1n, firstOffset: 5 }])).toEqual({ offsets: [4], next: 7 });
});

test('records stamped by producers are refused, unless declared', async () => {
  const batches = [batchOf(4, 4, [4], { isStampedByLog: false })];
  await expect(unpacked(batches, 4)).rejects.toThrow(
    /topic 't', partition 0, offset 4: producers stamp the records/,
  );
  expect((await unpacked(batches, 4, [], byProducer)).offsets).toEqual([4]);
});

test('the broker’s stamp is that of the batch, a producer’s that of the record', async () => {
  const records = [STAMP, STAMP + 7, STAMP - 5].map((timestamp, offset) => ({ offset, timestamp }));
  const stamps = async (isStampedByLog: boolean): Promise<number[]> =>
    unpack(await fetchedOf([{ first: 0, last: 2, records, isStampedByLog }]), 0, byProducer).records.map(
      ({ arrivedAt }) => arrivedAt / 1000 - STAMP,
    );
  expect(await stamps(true)).toEqual([7, 7, 7]);
  expect(await stamps(false)).toEqual([0, 7, -5]);
});

test('the formats of before Kafka 0.11 and offsets beyond 2^53 are errors', async () => {
  const old = await fetchedOf([batchOf(1, 1, [1])]);
  old.records[16] = 1;
  expect(() => unpack(old, 1, target)).toThrow(/offset 1: .*before Kafka 0\.11/);
  const far = await fetchedOf([batchOf(1, 1, [1])]);
  far.records.writeBigInt64BE(2n ** 53n, 0);
  expect(() => unpack(far, 0, target)).toThrow(/offsets beyond 2\^53/);
});

test('a batch that is cut off waits for the next answer', async () => {
  const whole = await fetchedOf([batchOf(0, 1, [0, 1]), batchOf(2, 3, [2, 3])]);
  const first = (await batchBytes(batchOf(0, 1, [0, 1]))).length;
  for (let length = 0; length < whole.records.length; length += 1) {
    const { records, next } = unpack({ ...whole, records: whole.records.subarray(0, length) }, 0, target);
    expect([records.length, next]).toEqual(length < first ? [0, 0] : [2, 2]);
  }
});

test('bytes that are no records are an error that says where, or no records: never others, never a crash', async () => {
  const sound = await fetchedOf([batchOf(0, 3, [0, 1, 2, 3]), batchOf(4, 5, [4, 5])]);
  fc.assert(
    fc.property(fc.nat(sound.records.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const records = Buffer.from(sound.records);
      records[at]! ^= flip;
      try {
        for (const { offset, value } of unpack({ ...sound, records }, 0, byProducer).records) {
          expect(Number.isSafeInteger(offset)).toBe(true);
          expect(value === null || (value as Buffer).length < records.length).toBe(true);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(SourceError);
        expect((error as Error).message).toMatch(/^the topic 't', partition 0, offset/);
      }
    }),
    { numRuns: 3000 },
  );
});

/** kafkajs's own reading of record batches. */
interface Theirs {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => unknown;
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (
  decoder: unknown,
) => Promise<{ readonly records: readonly Theirs[] }>;

const bytes = fc.option(
  fc.uint8Array({ maxLength: 300 }).map(each => Buffer.from(each)),
  { freq: 4 },
);
const made: fc.Arbitrary<Made> = fc
  .record({
    first: fc.integer({ min: 0, max: 2 ** 45 }),
    compression: fc.constantFrom(0, 1),
    isStampedByLog: fc.boolean(),
    records: fc.array(
      fc.record({
        gap: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 2 ** 28 })),
        timestamp: fc.integer({ min: STAMP - 2 ** 40, max: STAMP + 2 ** 40 }),
        key: bytes,
        value: bytes,
        headers: fc.dictionary(
          fc.string({ minLength: 1, maxLength: 9 }),
          fc.uint8Array({ maxLength: 9 }).map(each => Buffer.from(each)),
          { maxKeys: 3 },
        ),
      }),
      { minLength: 1, maxLength: 7 },
    ),
  })
  .map(({ records, first, ...rest }) => {
    let offset = first - 1;
    const placed = records.map(({ gap, ...record }) => ({ ...record, offset: (offset += gap) }));
    return { ...rest, first, last: offset, records: placed };
  });

test('records are those that kafkajs reads', async () => {
  await fc.assert(
    fc.asyncProperty(made, async batch => {
      const encoded = await batchBytes(batch);
      const theirs = (await decodeBatch(new Decoder(encoded))).records;
      const { records } = unpack(
        { partition: 0, errorCode: 0, highWatermark: 0, abortedTransactions: [], records: encoded },
        0,
        byProducer,
      );
      expect(
        records.map(({ offset, arrivedAt, key, value }) => ({
          offset: String(offset),
          timestamp: String(arrivedAt / 1000),
          key,
          value,
        })),
      ).toEqual(theirs.map(({ offset, timestamp, key, value }) => ({ offset, timestamp, key, value })));
    }),
    { numRuns: 500 },
  );
});

const WITHOUT_RECORDS: Omit<FetchedPartition, 'records'> = {
  partition: 3,
  errorCode: 0,
  highWatermark: 2 ** 40 + 5,
  abortedTransactions: [{ producerId: 2n ** 60n + 1n, firstOffset: 2 ** 33 + 1 }],
};

/** An answer as the protocol lays it out in each version. */
function answerBytes(version: number, records: Buffer): Buffer {
  const parts: Buffer[] = [];
  const int = (size: 1 | 2 | 4 | 8, value: number | bigint): void => {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(BigInt(value));
    parts.push(part.subarray(8 - size));
  };
  const { partition, errorCode, highWatermark, abortedTransactions } = WITHOUT_RECORDS;
  int(4, 50);
  if (version >= 7) [2, 4].forEach(size => int(size as 2 | 4, 0));
  int(4, 1);
  int(2, 5);
  parts.push(Buffer.from('topic'));
  int(4, 1);
  int(4, partition);
  int(2, errorCode);
  int(8, highWatermark);
  int(8, 0);
  if (version >= 5) int(8, 0);
  int(4, abortedTransactions.length);
  for (const { producerId, firstOffset } of abortedTransactions)
    [producerId, firstOffset].forEach(each => int(8, each));
  if (version >= 11) int(4, -1);
  int(4, records.length);
  parts.push(records);
  return Buffer.concat(parts);
}

test.each([4, 5, 6, 7, 8, 9, 10, 11])('answers of version %i are read, and torn ones are not', version => {
  const records = Buffer.from('records');
  const answer = answerBytes(version, records);
  expect(readFetchAnswer(answer, version)).toEqual({
    clientSideThrottleTime: version < 8 ? 0 : 50,
    responses: [{ topicName: 'topic', partitions: [{ ...WITHOUT_RECORDS, records }] }],
  });
  for (let length = 0; length < answer.length; length += 1)
    expect(() => readFetchAnswer(answer.subarray(0, length), version)).toThrow(RangeError);
});

test.each([4, 5, 7, 11])('answers of version %i are read as kafkajs reads them', async version => {
  const { decode } = require(`kafkajs/src/protocol/requests/fetch/v${version}/response.js`) as {
    decode(bytes: Buffer): Promise<{
      readonly responses: readonly { readonly topicName: string; readonly partitions: readonly object[] }[];
    }>;
  };
  const answer = answerBytes(version, Buffer.alloc(0));
  const [theirs] = (await decode(answer)).responses;
  const [ours] = readFetchAnswer(answer, version).responses;
  const { partition, highWatermark, abortedTransactions } = ours!.partitions[0]!;
  expect(theirs!.topicName).toBe(ours!.topicName);
  expect(theirs!.partitions[0]).toMatchObject({
    partition,
    highWatermark: String(highWatermark),
    abortedTransactions: abortedTransactions.map(({ producerId, firstOffset }) => ({
      producerId: String(producerId),
      firstOffset: String(firstOffset),
    })),
  });
});
