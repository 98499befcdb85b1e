// Hot path: every record from Kafka passes here.
import type { SourceRecord } from '../../engine/record.ts';
import { SourceError } from '../source.ts';
import { AbortedRecords } from './aborted.ts';
import { CREATE_TIME } from './protocol.ts';
import type { FetchedPartition, RecordBatch } from './protocol.ts';
import type { KafkaTopic } from './options.ts';

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
 * The records of one partition from `position` on: neither what lies before it (a batch that is compressed comes
 * whole), nor control records, nor what was aborted.
 * @throws SourceError for a record that producers have stamped where the broker's stamp was declared
 */
export function unpack(fetched: FetchedPartition, position: number, target: Target): Unpacked {
  const { messages, partition, abortedTransactions } = fetched;
  const { source, place: topic, epoch } = target;
  const aborted =
    abortedTransactions != null && abortedTransactions.length > 0
      ? new AbortedRecords(abortedTransactions)
      : null;
  const records: SourceRecord[] = [];
  let next = position;
  let batch: RecordBatch | undefined;
  let stamp = '';
  let arrivedAt = 0;
  for (let i = 0; i < messages.length; i += 1) {
    const message = messages[i]!;
    const offset = Number(message.offset);
    if (message.batchContext !== batch || batch === undefined) {
      batch = checkedBatch(message.batchContext, target, partition, message.offset);
      next = Math.max(next, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
    }
    if (aborted !== null && aborted.has(message, offset)) continue;
    if (message.isControlRecord || offset < position) continue;
    if (message.timestamp !== stamp) {
      stamp = message.timestamp;
      arrivedAt = Number(stamp) * 1000;
    }
    const { value, key } = message;
    records.push({ source, topic, epoch, partition, offset, arrivedAt, value, key });
  }
  return { records, next };
}

function checkedBatch(
  batch: RecordBatch | undefined,
  { topic, arrival }: Target,
  partition: number,
  offset: string,
): RecordBatch {
  const where = `the topic '${topic}', partition ${partition}, offset ${offset}`;
  if (batch === undefined) {
    throw new SourceError(
      `${where}: the record is in a format from before Kafka 0.11: copy the topic into a new one, which has the present format`,
    );
  }
  if (arrival === 'log' && batch.timestampType === CREATE_TIME)
    throw new SourceError(stampedByProducer(where));
  if (!Number.isSafeInteger(Number(batch.firstOffset) + batch.lastOffsetDelta + 1)) {
    throw new SourceError(`${where}: offsets beyond 2^53 cannot be kept: copy the topic into a new one`);
  }
  return batch;
}

/** Both remedies for a topic whose records producers stamp, where nothing says that they do. */
export function stampedByProducer(where: string): string {
  return (
    `${where}: producers stamp the records (message.timestamp.type=CreateTime), so when they arrived is the ` +
    "producers' word. Let the broker stamp them (message.timestamp.type=LogAppendTime, for records to come), or " +
    "declare the source's kafka with `arrival: 'producer'`, which every training set will then state"
  );
}
