// Hot path.
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import { Generation } from './generation.ts';
import type { GenerationPart } from './generation.ts';
import type { Scalar } from './value.ts';

/**
 * When each id of one partition last arrived, for as long as it matters (semantics §3.2). Arrival never runs
 * backwards in a partition, so two generations suffice: the younger takes ids in, the elder is only looked into,
 * and both move on when the younger has lasted a horizon. Memory is that of two horizons at most.
 */
export class RepeatMemory {
  #young = new Generation();
  #old = new Generation();
  #since = -Infinity;

  constructor(readonly horizon: number) {}

  /** Takes in a punctual record. @returns whether it repeats the one of this id before it */
  seen(id: Scalar, arrivedAt: number): boolean {
    if (arrivedAt - this.#since >= this.horizon) this.#turn(arrivedAt);
    let before = this.#young.swap(id, arrivedAt);
    if (before === -Infinity) before = this.#old.get(id);
    return arrivedAt - before < this.horizon;
  }

  #turn(arrivedAt: number): void {
    // Memory of the size that the last horizon has needed.
    const spare = this.#old.canHold(this.#young.size) ? this.#old : new Generation();
    this.#old = this.#young;
    this.#young = spare;
    spare.clear();
    this.#since = arrivedAt;
  }

  /** Ids held. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Memory, in bytes. */
  get bytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  /** Both generations as they are now. */
  beginCheckpoint(): GenerationPart[] {
    return [this.#young.beginCheckpoint(), this.#old.beginCheckpoint()];
  }

  saveHead(writer: SnapshotWriter): void {
    writer.number(this.#since);
  }

  restoreHead(reader: SnapshotReader): void {
    this.#since = reader.number();
  }

  /** @param generation as its part came in `beginCheckpoint` */
  restoreRecord(generation: number, reader: SnapshotReader): void {
    (generation === 0 ? this.#young : this.#old).restoreRecord(reader);
  }
}
