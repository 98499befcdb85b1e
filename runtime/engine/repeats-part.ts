// Control path: the memory of ids in a checkpoint.
import type { Checkpointed, CheckpointPart } from './checkpoint-part.ts';
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { GenerationPart } from './generation.ts';
import type { RepeatMemory } from './repeats.ts';

/** The memories of all lanes of one stream, one after the other. */
export class RepeatMemories implements Checkpointed {
  readonly #memories: readonly RepeatMemory[];

  /** @param memories by lane; there are as many as the checkpoint needs before its blocks come */
  constructor(memories: readonly RepeatMemory[]) {
    this.#memories = memories;
  }

  beginCheckpoint(): CheckpointPart {
    return new RepeatsPart(this.#memories);
  }

  restoreBlock(block: SnapshotReader): void {
    while (!block.done) {
      const place = block.number();
      this.#memories[place >> 1]!.restoreRecord(place & 1, block);
    }
  }

  restored(): void {}
}

class RepeatsPart implements CheckpointPart {
  /** By lane, two each. */
  readonly #generations: readonly GenerationPart[];
  #next = 0;

  constructor(memories: readonly RepeatMemory[]) {
    this.#generations = memories.flatMap(memory => memory.beginCheckpoint());
  }

  get aside(): number {
    return 0;
  }

  flush(): void {}

  write(writer: SnapshotWriter, budget: number): boolean {
    let left = budget;
    while (this.#next < this.#generations.length && left > 0) {
      const generation = this.#generations[this.#next]!;
      writer.number(this.#next);
      left = generation.write(writer, left) - 64;
      if (!generation.done) continue;
      generation.end();
      this.#next += 1;
    }
    return this.#next < this.#generations.length;
  }

  end(): void {
    for (const generation of this.#generations) generation.end();
  }
}
