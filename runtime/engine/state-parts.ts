// Control path: the state of an engine in the parts that a checkpoint is made of.
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Dictionary } from '../state/dictionary.ts';
import type { Checkpointed } from './checkpoint-part.ts';
import type { Feed } from './feed.ts';
import type { GroupState } from './group-state.ts';
import type { SourceState } from './source-state.ts';

/** All that an engine holds but its clock. */
export class StateParts {
  readonly #dictionary: Dictionary;
  readonly #groups: readonly GroupState[];
  readonly #sources: readonly SourceState[];

  constructor(dictionary: Dictionary, groups: readonly GroupState[], sources: readonly SourceState[]) {
    this.#dictionary = dictionary;
    this.#groups = groups;
    this.#sources = sources;
  }

  /** In a fixed order: a part's place is its name in a checkpoint. */
  all(): Checkpointed[] {
    return [
      this.#dictionary,
      ...this.#groups.flatMap(group => group.parts()),
      ...this.#sources.flatMap(source => source.parts()),
    ];
  }

  /** What is copied at once. */
  saveHead(writer: SnapshotWriter): void {
    for (const source of this.#sources) source.saveHead(writer);
    for (const feed of this.#feeds()) feed.saveHead(writer);
  }

  /** Before any block. */
  restoreHead(reader: SnapshotReader): void {
    for (const source of this.#sources) source.restoreHead(reader);
    for (const feed of this.#feeds()) feed.restoreHead(reader);
  }

  /** All blocks are in. */
  restored(): void {
    // The dictionary first: it forgets who held what. Then keys and rows say what they hold.
    this.#dictionary.restored();
    for (const group of this.#groups) {
      for (const part of group.parts()) part.restored();
      group.holdKeys();
    }
    this.#dictionary.indexHeld();
    // Tables last: they hand their rows to groups that have their keys back.
    for (const source of this.#sources) for (const part of source.parts()) part.restored();
  }

  #feeds(): Feed[] {
    return this.#groups.flatMap(group => group.feeds);
  }
}
