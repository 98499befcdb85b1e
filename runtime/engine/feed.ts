// Control path.
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Segments, SlotWatch } from '../state/segments.ts';
import type { Checkpointed } from './checkpoint-part.ts';

/** What a group keeps of one source. */
export interface Feed {
  readonly source: string;
  /** The instant at or before which no window of a read at t or later sees a row. */
  horizonAt(t: number): number;
  advance(horizon: number): void;
  /** Gives back what an idle key no longer needs. @returns whether nothing of it is left */
  sweep(slot: number): boolean;
  /** Is told which keys' rows change from now on; null: no one is. */
  watch(watch: SlotWatch | null): void;
  /** Memory, in bytes. */
  readonly bytes: number;
  /** What a checkpoint copies at once. */
  saveHead(writer: SnapshotWriter): void;
  /** Before any block of its parts. */
  restoreHead(reader: SnapshotReader): void;
  parts(): readonly Checkpointed[];
}

/** A feed of a stream: rows come one by one and stay. `R` is the source's row. */
export abstract class StreamFeed<R> implements Feed {
  abstract readonly source: string;
  abstract readonly rows: Segments;
  /** Per aggregate of the group: how many inputs were NaN or infinite, and so counted as null. */
  readonly notFinite = new Map<string, number>();

  /** Takes a row that counts. */
  abstract ingest(row: R, lane: number, offset: number): void;
  abstract horizonAt(t: number): number;

  protected countNotFinite(feature: string): void {
    this.notFinite.set(feature, (this.notFinite.get(feature) ?? 0) + 1);
  }

  advance(horizon: number): void {
    this.rows.horizon = Math.max(this.rows.horizon, horizon);
    this.rows.shrink();
  }

  /** The slot, if the key has rows here; else that of a key never seen. */
  at(slot: number): number {
    return this.rows.isOpen(slot) ? slot : 0;
  }

  sweep(slot: number): boolean {
    if (!this.rows.isOpen(slot)) return true;
    if (!this.rows.sweep(slot)) return false;
    this.rows.free(slot);
    return true;
  }

  watch(watch: SlotWatch | null): void {
    this.rows.watch = watch;
  }

  get bytes(): number {
    return this.rows.bytes;
  }

  saveHead(writer: SnapshotWriter): void {
    writer.number(this.notFinite.size);
    for (const [feature, count] of this.notFinite) {
      writer.text(feature);
      writer.number(count);
    }
    writer.number(this.rows.horizon);
    writer.number(this.rows.used);
  }

  restoreHead(reader: SnapshotReader): void {
    const counted = reader.number();
    for (let i = 0; i < counted; i += 1) this.notFinite.set(reader.text(), reader.number());
    this.rows.horizon = reader.number();
    this.rows.reserve(reader.number());
  }

  parts(): readonly Checkpointed[] {
    return [this.rows];
  }
}
