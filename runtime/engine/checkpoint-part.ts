// Control path: what each part of the state gives to a checkpoint.
import { SnapshotWriter } from '../state/bytes.ts';
import type { SnapshotReader } from '../state/bytes.ts';

/**
 * One part of the state as it was when the checkpoint began. The part's owner goes on changing; before it changes
 * what the checkpoint has not come to yet, it has the part set aside what was.
 */
export interface CheckpointPart {
  /** Bytes set aside and not written yet. */
  readonly aside: number;
  /** Writes what was set aside, and nothing more. */
  flush(writer: SnapshotWriter): void;
  /**
   * Writes what was set aside and about `budget` bytes of what is left: one block.
   * @returns whether more is left
   */
  write(writer: SnapshotWriter, budget: number): boolean;
  /** The checkpoint is over, or given up: the owner stops keeping what was. */
  end(): void;
}

/** A part of the state that checkpoints hold. */
export interface Checkpointed {
  /** Takes time and memory in proportion to something small: no rows, no keys. */
  beginCheckpoint(): CheckpointPart;
  /**
   * Takes in one block, as the part wrote it, up to its end. Into a fresh state; blocks of one part come in the
   * order they were written, those of different parts in any.
   */
  restoreBlock(block: SnapshotReader): void;
  /** All blocks of all parts are in. In the order of the parts. */
  restored(): void;
}

/** A part that is small enough to be copied at once. */
export class SmallPart implements CheckpointPart {
  readonly #writer = new SnapshotWriter();

  constructor(save: (writer: SnapshotWriter) => void) {
    save(this.#writer);
  }

  get aside(): number {
    return this.#writer.length;
  }

  flush(writer: SnapshotWriter): void {
    this.#writer.drainTo(writer);
  }

  write(writer: SnapshotWriter): boolean {
    this.flush(writer);
    return false;
  }

  end(): void {}
}
