// Record batches as kafkajs encodes them, for tests of our reading: what it leaves out (the broker's stamp, control
// batches, gaps of compaction) is set in its bytes.
import { createRequire } from 'node:module';
import type { FetchedPartition } from '../../runtime/sources/kafka/protocol.ts';

const require = createRequire(import.meta.url);

interface Encoder {
  readonly buffer: Buffer;
}

interface Encoded {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer>>;
}

const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch(of: object): Promise<Encoder>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
  record: Encoded,
) => Encoder;

export interface MadeRecord {
  readonly offset: number;
  /** ms; that of the batch unless given. */
  readonly timestamp?: number;
  readonly key?: Buffer | null;
  /** The offset's digits unless given. */
  readonly value?: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer>>;
}

export interface Made {
  readonly first: number;
  readonly last: number;
  readonly records: readonly MadeRecord[];
  readonly producerId?: number;
  readonly inTransaction?: boolean;
  readonly isControl?: boolean;
  /** The broker has stamped it unless this is false. */
  readonly isStampedByLog?: boolean;
  /** 0: none; 1: gzip. */
  readonly compression?: number;
}

export const STAMP = 1_700_000_000_000;

const ATTRIBUTES_AT = 21;
const LOG_APPEND_TIME = 8;
const CONTROL = 32;

export async function batchBytes(made: Made): Promise<Buffer> {
  const { first, last, records, producerId = -1, inTransaction = false, compression = 0 } = made;
  const stamps = records.map(({ timestamp = STAMP }) => timestamp);
  const firstTimestamp = stamps[0] ?? STAMP;
  const { buffer } = await RecordBatch({
    compression,
    firstOffset: first,
    firstTimestamp,
    maxTimestamp: Math.max(firstTimestamp, ...stamps),
    lastOffsetDelta: last - first,
    transactional: inTransaction,
    producerId,
    records: records.map(({ offset, timestamp = STAMP, key = null, value, headers = {} }) =>
      encodeRecord({
        offsetDelta: offset - first,
        timestampDelta: timestamp - firstTimestamp,
        key,
        value: value === undefined ? Buffer.from(String(offset)) : value,
        headers,
      }),
    ),
  });
  const flags = (made.isStampedByLog === false ? 0 : LOG_APPEND_TIME) | (made.isControl ? CONTROL : 0);
  buffer.writeInt16BE(buffer.readInt16BE(ATTRIBUTES_AT) | flags, ATTRIBUTES_AT);
  return buffer;
}

/** A batch of these offsets and nothing else. */
export const batchOf = (
  first: number,
  last: number,
  offsets: readonly number[],
  more: Partial<Made> = {},
): Made => ({
  first,
  last,
  records: offsets.map(offset => ({ offset })),
  ...more,
});

/** One record of a producer's transaction. */
export const transactional = (producerId: number, offset: number, key: Buffer | null = null): Made => ({
  first: offset,
  last: offset,
  records: [{ offset, key }],
  producerId,
  inTransaction: true,
});

/** The end of a producer's transaction: type 0 aborts, 1 commits. */
export const marker = (producerId: number, offset: number, type: 0 | 1): Made => ({
  ...transactional(producerId, offset, Buffer.from([0, 0, 0, type])),
  isControl: true,
});

export async function fetchedOf(
  batches: readonly Made[],
  abortedTransactions: FetchedPartition['abortedTransactions'] = [],
): Promise<FetchedPartition> {
  const records = Buffer.concat(await Promise.all(batches.map(batchBytes)));
  return { partition: 0, errorCode: 0, highWatermark: 100, abortedTransactions, records };
}
