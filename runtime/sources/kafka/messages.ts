// Hot path: every record from Kafka passes here.
import type { SourceRecord } from '../../engine/record.ts';
import { SourceError } from '../source.ts';
import { AbortedBatches } from './aborted.ts';
import { ByteReader } from './byte-reader.ts';
import type { FetchedPartition } from './protocol.ts';
import type { KafkaTopic } from './options.ts';
import { OldFormat, readBatch } from './record-batch.ts';
import type { RecordBatch } from './record-batch.ts';

/** Where a topic's records go. */
export interface Target extends KafkaTopic {
  readonly epoch: number;
}

export interface Unpacked {
  readonly records: SourceRecord[];
  /** The next offset to be fetched. */
  readonly next: number;
}

/**
 * The records of one partition from `position` on: neither what lies before it (a batch comes whole), nor control
 * records, nor what was aborted.
 * @throws SourceError for a record that producers have stamped where the broker's stamp was declared, and for bytes
 *   that are no records of Kafka's
 */
export function unpack(fetched: FetchedPartition, position: number, target: Target): Unpacked {
  const { records: bytes, partition, abortedTransactions } = fetched;
  const aborted = abortedTransactions.length > 0 ? new AbortedBatches(abortedTransactions) : null;
  const records: SourceRecord[] = [];
  let next = position;
  let start = 0;
  try {
    for (;;) {
      const found = readBatch(bytes, start);
      if (found === null) break;
      const { batch, end } = found;
      start = end;
      const isAborted = aborted !== null && aborted.has(batch);
      if (batch.lastOffset < position) continue;
      checkBatch(batch, target, partition);
      next = batch.lastOffset + 1;
      if (!isAborted && !batch.isControl) unpackBatch(batch, partition, position, target, records);
    }
  } catch (error) {
    throw unreadable(error, `${whereOf(target, partition)}, offset ${next}`);
  }
  return { records, next };
}

function unpackBatch(
  batch: RecordBatch,
  partition: number,
  position: number,
  { source, place: topic, epoch }: Target,
  records: SourceRecord[],
): void {
  const { firstOffset, firstTimestamp, maxTimestamp, isStampedByLog, count } = batch;
  const reader = new ByteReader(batch.bytes);
  for (let i = 0; i < count; i += 1) {
    const length = reader.varint();
    const end = reader.at + length;
    reader.int8();
    const delta = reader.varint();
    const offset = firstOffset + reader.varint();
    const key = reader.varbytes();
    const value = reader.varbytes();
    // Headers are passed over.
    if (end < reader.at || end > reader.bytes.length)
      throw new RangeError('a record is not as long as it says');
    reader.at = end;
    if (offset < position) continue;
    const arrivedAt = (isStampedByLog ? maxTimestamp : firstTimestamp + delta) * 1000;
    records.push({ source, topic, epoch, partition, offset, arrivedAt, value, key });
  }
}

function checkBatch(batch: RecordBatch, target: Target, partition: number): void {
  const { isStampedByLog, isControl, firstOffset, lastOffset } = batch;
  const where = `${whereOf(target, partition)}, offset ${firstOffset}`;
  if (target.arrival === 'log' && !isStampedByLog && !isControl)
    throw new SourceError(stampedByProducer(where));
  if (!Number.isSafeInteger(lastOffset + 1))
    throw new SourceError(`${where}: offsets beyond 2^53 cannot be kept: copy the topic into a new one`);
}

function whereOf({ topic }: Target, partition: number): string {
  return `the topic '${topic}', partition ${partition}`;
}

function unreadable(error: unknown, where: string): unknown {
  if (error instanceof OldFormat) {
    return new SourceError(
      `${where}: the record is in a format from before Kafka 0.11: copy the topic into a new one, which has the present format`,
    );
  }
  if (error instanceof SourceError || !(error instanceof RangeError)) return error;
  return new SourceError(`${where}: a batch of records cannot be read: ${error.message}`, { cause: error });
}

/** Both remedies for a topic whose records producers stamp, where nothing says that they do. */
export function stampedByProducer(where: string): string {
  return (
    `${where}: producers stamp the records (message.timestamp.type=CreateTime), so when they arrived is the ` +
    "producers' word. Let the broker stamp them (message.timestamp.type=LogAppendTime, for records to come), or " +
    "declare the source's kafka with `arrival: 'producer'`, which every training set will then state"
  );
}
