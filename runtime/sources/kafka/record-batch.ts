// Hot path, once for a batch of records, as producers made them (format 2, from Kafka 0.11 on).
import { ByteReader } from './byte-reader.ts';
import { unpacked } from './codecs.ts';

export interface RecordBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** ms. */
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly inTransaction: boolean;
  /** It holds the marker of a transaction's end, and no record of a producer's. */
  readonly isControl: boolean;
  /** The broker has stamped all its records alike (LogAppendTime); if not, producers have (CreateTime). */
  readonly isStampedByLog: boolean;
  /** How many records there are; fewer than offsets where the log was compacted. */
  readonly count: number;
  /** The records. */
  readonly bytes: Buffer;
}

/** A batch is in a format from before Kafka 0.11. */
export class OldFormat extends Error {
  override readonly name = 'OldFormat';
}

/** Before its length, which counts what follows it. */
const PREFIX = 12;
/** Of a whole batch, up to its records. */
const HEADER = 61;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const MAGIC = 2;
/** From the first one on. */
const LAST_OFFSET_AT = 23;

const CODEC = 7;
const LOG_APPEND_TIME = 8;
const TRANSACTIONAL = 16;
const CONTROL = 32;

/**
 * The batch that begins at `start`; null where it is cut off, as the last of an answer may be.
 * @returns the batch and where the next one begins
 * @throws OldFormat; RangeError where it is none, or cannot be decompressed
 */
export function readBatch(
  records: Buffer,
  start: number,
): { readonly batch: RecordBatch; readonly end: number } | null {
  const end = endOfBatch(records, start);
  if (end === null) return null;
  const reader = new ByteReader(records.subarray(start, end));
  const firstOffset = reader.int64();
  // The length, the leader's epoch, the format and the checksum.
  reader.slice(4 + 4 + 1 + 4);
  const attributes = reader.int16();
  const lastOffset = firstOffset + reader.int32();
  const firstTimestamp = reader.int64();
  const maxTimestamp = reader.int64();
  const producerId = reader.bigint64();
  // The producer's epoch, and the sequence number of the first record.
  reader.slice(2 + 4);
  const count = reader.int32();
  const batch = {
    firstOffset,
    lastOffset,
    firstTimestamp,
    maxTimestamp,
    producerId,
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
    isControl: (attributes & CONTROL) !== 0,
    isStampedByLog: (attributes & LOG_APPEND_TIME) !== 0,
    count,
    bytes: unpacked(attributes & CODEC, reader.slice(reader.left)),
  };
  return { batch, end };
}

/**
 * The offset behind the last of some batches, none of which is unpacked; `position` where none reaches it. It goes as
 * far as they can be told apart: whoever reads them is told what is wrong.
 */
export function offsetBehind(records: Buffer, position: number): number {
  let last = position - 1;
  try {
    for (let start = 0, end = endOfBatch(records, 0); end !== null; end = endOfBatch(records, start)) {
      const offset = new ByteReader(records, start).int64() + records.readInt32BE(start + LAST_OFFSET_AT);
      if (offset > last) last = offset;
      start = end;
    }
  } catch (error) {
    if (!(error instanceof OldFormat || error instanceof RangeError)) throw error;
  }
  return last + 1;
}

/** Where the batch ends that begins at `start`; null where it is cut off. @throws as `readBatch` */
function endOfBatch(records: Buffer, start: number): number | null {
  if (start + MAGIC_AT >= records.length) return null;
  if (records[start + MAGIC_AT] !== MAGIC) throw new OldFormat();
  const length = records.readInt32BE(start + LENGTH_AT);
  if (length < HEADER - PREFIX) throw new RangeError(`a batch says that it is ${length} bytes long`);
  const end = start + PREFIX + length;
  return end > records.length ? null : end;
}
