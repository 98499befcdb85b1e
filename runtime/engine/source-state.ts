// Hot path: `ingest` sees every record of its source.
import { JsonScanner } from '../decode/json-scanner.ts';
import { parseJson } from '../decode/lossless-json.ts';
import { Refusal } from '../decode/refusal.ts';
import type { RefusalReason } from '../decode/refusal.ts';
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import { Lanes } from '../state/lanes.ts';
import type { Lane } from '../state/lanes.ts';
import type { Checkpointed } from './checkpoint-part.ts';
import type { Accepted, DecodedRecord, SourceCounters, SourceRecord, Verdict } from './record.ts';

const fates: readonly Accepted[] = ['counted', 'late', 'early', 'repeat', 'known', 'tombstone', 'notice'];

export const accepted: Readonly<Record<Accepted, Verdict>> = {
  counted: { kind: 'counted' },
  late: { kind: 'late' },
  early: { kind: 'early' },
  repeat: { kind: 'repeat' },
  known: { kind: 'known' },
  tombstone: { kind: 'tombstone' },
  notice: { kind: 'notice' },
};

/** The part that all sources have: partitions, offsets, arrivals, and what became of the records. */
export abstract class SourceState {
  readonly lanes = new Lanes();
  protected readonly scanner = new JsonScanner();
  protected readonly counted: Record<Accepted, number> = {
    counted: 0,
    late: 0,
    early: 0,
    repeat: 0,
    known: 0,
    tombstone: 0,
    notice: 0,
  };
  readonly #refused = new Map<RefusalReason, number>();

  constructor(readonly name: string) {}

  ingest(record: SourceRecord): Verdict {
    const lane = this.#advance(record);
    return lane === null ? accepted.known : this.take(record, lane);
  }

  /** A record that has been decoded before: a row of the history. */
  ingestDecoded(record: DecodedRecord): Verdict {
    const lane = this.#advance(record);
    return lane === null ? accepted.known : this.takeDecoded(record, lane);
  }

  /** @returns the record's partition, moved past it; null where it was consumed before */
  #advance(record: SourceRecord | DecodedRecord): Lane | null {
    const lane = this.lanes.get(record.topic ?? 0, record.epoch ?? 0, record.partition);
    if (record.offset < lane.nextOffset) {
      this.counted.known += 1;
      return null;
    }
    lane.nextOffset = record.offset + 1;
    if (record.arrivedAt > lane.arrivedAt) lane.arrivedAt = record.arrivedAt;
    return lane;
  }

  /**
   * The log holds no record for us before `next`: markers, or what compaction took.
   * @param arrivedAt the greatest arrival before `next`, where it is known, µs
   */
  pass(topic: number, epoch: number, partition: number, next: number, arrivedAt = -Infinity): void {
    const lane = this.lanes.get(topic, epoch, partition);
    if (next > lane.nextOffset) lane.nextOffset = next;
    if (arrivedAt > lane.arrivedAt) lane.arrivedAt = arrivedAt;
  }

  /** Decodes and takes in a record in its place. */
  protected abstract take(record: SourceRecord, lane: Lane): Verdict;

  /** Takes in a decoded record in its place. */
  protected abstract takeDecoded(record: DecodedRecord, lane: Lane): Verdict;

  /** Bytes are parsed, all else is taken as parsed JSON. */
  protected parsed(value: unknown): unknown {
    return value instanceof Uint8Array ? parseJson(value) : value;
  }

  protected refused({ reason, column, message }: Refusal, record: SourceRecord, lane: Lane): Verdict {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
    const { topic, epoch, partition } = lane;
    const position = { source: this.name, topic, epoch, partition, offset: record.offset };
    return { kind: 'refused', reason, column, message, position };
  }

  counters(): SourceCounters {
    return { ...this.counted, refused: Object.fromEntries(this.#refused) };
  }

  /** What a checkpoint copies at once: partitions and counters. */
  saveHead(writer: SnapshotWriter): void {
    this.lanes.save(writer);
    for (const fate of fates) writer.number(this.counted[fate]);
    writer.number(this.#refused.size);
    for (const [reason, count] of this.#refused) {
      writer.text(reason);
      writer.number(count);
    }
  }

  /** Into a fresh state, before any block of its parts. */
  restoreHead(reader: SnapshotReader): void {
    this.lanes.restore(reader);
    for (const fate of fates) this.counted[fate] = reader.number();
    const reasons = reader.number();
    for (let i = 0; i < reasons; i += 1) this.#refused.set(reader.text() as RefusalReason, reader.number());
  }

  /** What a checkpoint writes piece by piece. */
  parts(): readonly Checkpointed[] {
    return [];
  }

  /** Memory, in bytes. */
  get bytes(): number {
    return 0;
  }
}

/** Bytes that are no JSON at all. */
export const notJson = new Refusal('not-json', null, 'the record is not JSON in UTF-8');
