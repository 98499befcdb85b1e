// Control path: the entries of a Map in a checkpoint.
import type { SnapshotWriter } from '../state/bytes.ts';
import type { CheckpointPart } from './checkpoint-part.ts';
import { MapWalk } from './map-walk.ts';

/** The entries of a Map as they were when the checkpoint began. */
export class MapPart<K, V> implements CheckpointPart {
  readonly #walk: MapWalk<K, V>;
  readonly #save: (writer: SnapshotWriter, value: V, key: K) => void;
  readonly #ended: () => void;

  /**
   * @param copy what is kept of a value that is about to change in place
   * @param save writes an entry, at least 8 bytes; what reads it back asks `reader.align()` after each
   */
  constructor(
    map: ReadonlyMap<K, V>,
    how: {
      readonly copy: (value: V) => V;
      readonly save: (writer: SnapshotWriter, value: V, key: K) => void;
      readonly ended: () => void;
    },
  ) {
    this.#walk = new MapWalk(map, how.copy);
    this.#save = how.save;
    this.#ended = how.ended;
  }

  /** The entry is about to be set, changed or deleted. */
  changing(key: K): void {
    this.#walk.changing(key);
  }

  get aside(): number {
    return 0;
  }

  flush(): void {}

  write(writer: SnapshotWriter, budget: number): boolean {
    const end = writer.length + budget;
    do {
      const entry = this.#walk.next();
      if (entry === null) return false;
      this.#save(writer, entry[1], entry[0]);
      writer.align();
    } while (writer.length < end);
    return true;
  }

  end(): void {
    this.#ended();
  }
}
