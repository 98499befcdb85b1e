// Control path, but for `changing`, which runs before an entry changes while a checkpoint is taken.

/**
 * Walks the entries of a Map as they were at the begin, while entries come, change and go. An entry that changed
 * after it was walked over may come twice, as it was both times.
 */
export class MapWalk<K, V> {
  readonly #map: ReadonlyMap<K, V>;
  readonly #copy: (value: V) => V;
  /** What has changed since: as it was, undefined where there was nothing. */
  readonly #was = new Map<K, V | undefined>();
  readonly #entries: Iterator<readonly [K, V | undefined]>;

  /** @param copy what is kept of a value that is about to change in place */
  constructor(map: ReadonlyMap<K, V>, copy: (value: V) => V) {
    this.#map = map;
    this.#copy = copy;
    this.#entries = this.#walk();
  }

  /** The entry is about to be set, changed or deleted. */
  changing(key: K): void {
    if (this.#was.has(key)) return;
    const value = this.#map.get(key);
    this.#was.set(key, value === undefined ? undefined : this.#copy(value));
  }

  /** The next entry, or null at the end. */
  next(): readonly [K, V] | null {
    for (;;) {
      const next = this.#entries.next();
      if (next.done === true) return null;
      const [key, value] = next.value;
      if (value !== undefined) return [key, value];
    }
  }

  *#walk(): Generator<readonly [K, V | undefined]> {
    // A Map's iterator sees what is added on the way: that has an entry among what was.
    for (const entry of this.#map) if (!this.#was.has(entry[0])) yield entry;
    yield* this.#was;
  }
}
