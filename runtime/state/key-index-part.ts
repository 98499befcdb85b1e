// Control path: keys in a checkpoint.
import type { CheckpointPart } from '../engine/checkpoint-part.ts';
import { SnapshotWriter } from './bytes.ts';

/** What a checkpoint sees of an index. */
export interface Keys {
  readonly parts: readonly Float64Array[];
  /** Slots lie in [1, end). */
  readonly end: number;
  isLive(slot: number): boolean;
}

/** A record is small enough to be laid out at once. */
const MOST = 4096;

/** The keys that were live when the checkpoint began, with their slots. A live slot's key never changes. */
export class KeyIndexPart implements CheckpointPart {
  readonly #keys: Keys;
  readonly #end: number;
  /** By slot: whether it has gained or lost its key since. */
  readonly #changed: Uint8Array;
  #cursor = 1;
  readonly #aside = new SnapshotWriter();
  readonly #slots = new Int32Array(MOST);
  readonly #parts: readonly Float64Array[];
  #count = 0;
  readonly #ended: () => void;

  constructor(keys: Keys, ended: () => void) {
    this.#keys = keys;
    this.#end = keys.end;
    this.#changed = new Uint8Array(keys.end);
    this.#parts = keys.parts.map(() => new Float64Array(MOST));
    this.#ended = ended;
    this.#aside.number(keys.end);
  }

  inserting(slot: number): void {
    if (slot >= this.#cursor && slot < this.#end) this.#changed[slot] = 1;
  }

  removing(slot: number): void {
    if (slot < this.#cursor || slot >= this.#end || this.#changed[slot] === 1) return;
    this.#changed[slot] = 1;
    this.#list(slot);
    this.#record(this.#aside);
  }

  get aside(): number {
    return this.#aside.length;
  }

  flush(writer: SnapshotWriter): void {
    this.#aside.drainTo(writer);
  }

  write(writer: SnapshotWriter, budget: number): boolean {
    this.flush(writer);
    // A slot that is free costs a look.
    const bytes = 4 + 8 * this.#parts.length;
    for (let left = budget; left > 0 && this.#cursor < this.#end; left -= bytes) {
      const slot = this.#cursor++;
      if (!this.#keys.isLive(slot) || this.#changed[slot] === 1) continue;
      this.#list(slot);
      if (this.#count === MOST) this.#record(writer);
    }
    if (this.#count > 0) this.#record(writer);
    return this.#cursor < this.#end;
  }

  end(): void {
    this.#ended();
  }

  #list(slot: number): void {
    const at = this.#count++;
    this.#slots[at] = slot;
    for (let part = 0; part < this.#parts.length; part += 1)
      this.#parts[part]![at] = this.#keys.parts[part]![slot]!;
  }

  #record(writer: SnapshotWriter): void {
    writer.number(this.#count);
    writer.cells(this.#slots, 0, this.#count);
    for (const part of this.#parts) writer.cells(part, 0, this.#count);
    this.#count = 0;
  }
}
