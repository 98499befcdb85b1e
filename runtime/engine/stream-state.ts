// Hot path.
import { Refusal } from '../decode/refusal.ts';
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Lane } from '../state/lanes.ts';
import type { Checkpointed } from './checkpoint-part.ts';
import type { StreamModule } from './program.ts';
import type { DecodedRecord, SourceRecord, Verdict } from './record.ts';
import { RepeatMemories } from './repeats-part.ts';
import { RepeatMemory } from './repeats.ts';
import { accepted, notJson, SourceState } from './source-state.ts';

/** A feed that takes the rows of a stream. */
export interface RowConsumer {
  ingest(row: unknown, lane: number, offset: number): void;
}

/** A stream: decides which events count (semantics §3.1–2) and hands their rows to the feeds. */
export class StreamState extends SourceState {
  /** One feed for each group that reads the stream. */
  readonly consumers: RowConsumer[] = [];
  readonly #module: StreamModule;
  /** The row in hand: feeds copy what they keep. */
  readonly #row: unknown;
  readonly #lateness: number;
  /** By lane. */
  readonly #repeats: RepeatMemory[] = [];

  constructor(module: StreamModule) {
    super(module.name);
    this.#module = module;
    this.#row = module.createRow();
    this.#lateness = module.lateness ?? Infinity;
  }

  protected take(record: SourceRecord, lane: Lane): Verdict {
    const row = this.#row;
    const { value } = record;
    if (!(value instanceof Uint8Array && this.scanner.begin(value) && this.#module.scan(this.scanner, row))) {
      const json = this.parsed(value);
      const refusal =
        json === undefined ? notJson : json instanceof Refusal ? json : this.#module.decode(json, row);
      if (refusal !== null) return this.refused(refusal, record, lane);
    }
    return this.#count(row, record.offset, lane);
  }

  protected takeDecoded(record: DecodedRecord, lane: Lane): Verdict {
    if (record.kind !== 'event') throw new TypeError(`${this.name} is a stream: its records are events`);
    return this.#count(record.row, record.offset, lane);
  }

  #count(row: unknown, offset: number, lane: Lane): Verdict {
    const module = this.#module;
    const delay = lane.arrivedAt - module.eventTime(row);
    if (delay > this.#lateness) {
      this.counted.late += 1;
      return accepted.late;
    }
    if (-delay > module.earliness) {
      this.counted.early += 1;
      return accepted.early;
    }
    if (module.horizon !== null) {
      const id = module.id(row);
      if (id !== null && this.#memoryOf(lane, module.horizon).seen(id, lane.arrivedAt)) {
        this.counted.repeat += 1;
        return accepted.repeat;
      }
    }
    const consumers = this.consumers;
    for (let i = 0; i < consumers.length; i += 1) consumers[i]!.ingest(row, lane.id, offset);
    this.counted.counted += 1;
    return accepted.counted;
  }

  #memoryOf(lane: Lane, horizon: number): RepeatMemory {
    const known = this.#repeats[lane.id];
    if (known !== undefined) return known;
    while (this.#repeats.length <= lane.id) this.#repeats.push(new RepeatMemory(horizon));
    return this.#repeats[lane.id]!;
  }

  override saveHead(writer: SnapshotWriter): void {
    super.saveHead(writer);
    writer.number(this.#repeats.length);
    for (const memory of this.#repeats) memory.saveHead(writer);
  }

  override restoreHead(reader: SnapshotReader): void {
    super.restoreHead(reader);
    const lanes = reader.number();
    for (let i = 0; i < lanes; i += 1) {
      const memory = new RepeatMemory(this.#module.horizon ?? 0);
      memory.restoreHead(reader);
      this.#repeats.push(memory);
    }
  }

  override parts(): readonly Checkpointed[] {
    return [new RepeatMemories(this.#repeats)];
  }

  override get bytes(): number {
    return this.#repeats.reduce((sum, memory) => sum + memory.bytes, 0);
  }
}
