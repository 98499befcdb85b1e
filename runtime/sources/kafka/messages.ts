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

export interface Lot {
  readonly records: SourceRecord[];
  /** Where to go on behind them. */
  readonly next: number;
}

/** Records of a lot: few, so that they are taken, and garbage, before they are old. */
const LOT = 500;

/**
 * The records of one partition from `position` on, some at a time, unpacked when they are asked for: neither what lies
 * before it (a batch comes whole), nor control records, nor what was aborted. Of what brings no record the last lot
 * tells; where nothing lies behind `position`, there is none.
 * @throws SourceError for a record that producers have stamped where the broker's stamp was declared, and for bytes
 *   that are no records of Kafka's: where their turn comes
 */
export function* lotsOf(fetched: FetchedPartition, position: number, target: Target): Generator<Lot, void> {
  const { records: bytes, partition, abortedTransactions } = fetched;
  const aborted = abortedTransactions.length > 0 ? new AbortedBatches(abortedTransactions) : null;
  let records: SourceRecord[] = [];
  let told = position;
  let next = position;
  let start = 0;
  try {
    for (;;) {
      const found = readBatch(bytes, start);
      if (found === null) break;
      const { batch, end } = found;
      start = end;
      const isAborted = aborted !== null && aborted.has(batch);
      if (batch.lastOffset < next) continue;
      checkBatch(batch, target, partition);
      if (!isAborted && !batch.isControl) {
        const rest = new BatchRecords(batch, partition, next, target);
        while (rest.takeInto(records, LOT)) {
          told = records.at(-1)!.offset + 1;
          yield { records, next: told };
          records = [];
        }
      }
      next = batch.lastOffset + 1;
    }
  } catch (error) {
    // What is sound before it is taken first.
    if (next > told) yield { records: records.filter(({ offset }) => offset < next), next };
    throw unreadable(error, `${whereOf(target, partition)}, offset ${next}`);
  }
  if (next > told) yield { records, next };
}

/** What is left of a batch. */
class BatchRecords {
  readonly #batch: RecordBatch;
  readonly #reader: ByteReader;
  readonly #partition: number;
  readonly #position: number;
  readonly #target: Target;
  #read = 0;

  constructor(batch: RecordBatch, partition: number, position: number, target: Target) {
    this.#batch = batch;
    this.#reader = new ByteReader(batch.bytes);
    this.#partition = partition;
    this.#position = position;
    this.#target = target;
  }

  /** Fills the list up to a length; false: the batch ends before it is reached. */
  takeInto(records: SourceRecord[], length: number): boolean {
    const { firstOffset, firstTimestamp, maxTimestamp, isStampedByLog, count } = this.#batch;
    const { source, place: topic, epoch } = this.#target;
    const reader = this.#reader;
    const partition = this.#partition;
    const position = this.#position;
    for (; this.#read < count; this.#read += 1) {
      if (records.length === length) return true;
      const size = reader.varint();
      const end = reader.at + size;
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
    return false;
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
