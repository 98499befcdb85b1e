// Hot path.
import { hashValue } from './value-hash.ts';
import type { ValueColumn } from '../state/column.ts';
import { mostFrequent } from './most-frequent.ts';
import type { WindowContents } from './moving-window.ts';

/** How often each value occurs in a window that moves: open addressing, deletion by backward shift. */
export class ValueCounts implements WindowContents {
  size = 0;
  #values = new Float64Array(64);
  #counts = new Int32Array(64);
  /** The most frequent values as last asked for; null since something has changed. */
  #top: readonly number[] | null = null;
  #topLength = 0;

  add(value: number): void {
    this.#top = null;
    if (this.size * 2 >= this.#values.length) this.#grow();
    const mask = this.#values.length - 1;
    let at = hashValue(value) & mask;
    for (; this.#counts[at] !== 0; at = (at + 1) & mask) {
      if (this.#values[at] === value) {
        this.#counts[at]! += 1;
        return;
      }
    }
    this.#values[at] = value;
    this.#counts[at] = 1;
    this.size += 1;
  }

  /** Takes away one of a value that is there. */
  remove(value: number): void {
    this.#top = null;
    const values = this.#values;
    const counts = this.#counts;
    const mask = values.length - 1;
    let hole = hashValue(value) & mask;
    while (values[hole] !== value || counts[hole] === 0) hole = (hole + 1) & mask;
    counts[hole]! -= 1;
    if (counts[hole]! > 0) return;
    this.size -= 1;
    for (let at = (hole + 1) & mask; counts[at] !== 0; at = (at + 1) & mask) {
      const home = hashValue(values[at]!) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      values[hole] = values[at]!;
      counts[hole] = counts[at]!;
      counts[at] = 0;
      hole = at;
    }
  }

  /** The `k` most frequent: by count descending, then value ascending. */
  top(k: number, column: Pick<ValueColumn, 'compare'>): readonly number[] {
    if (this.#top === null || this.#topLength !== k) {
      this.#top = mostFrequent(this.#values, this.#counts, this.#values.length, k, column);
      this.#topLength = k;
    }
    return this.#top;
  }

  get bytes(): number {
    return this.#values.byteLength + this.#counts.byteLength;
  }

  clear(): void {
    this.#top = null;
    this.#counts.fill(0);
    this.size = 0;
  }

  #grow(): void {
    const values = this.#values;
    const counts = this.#counts;
    this.#values = new Float64Array(values.length * 2);
    this.#counts = new Int32Array(values.length * 2);
    const mask = this.#values.length - 1;
    for (let from = 0; from < values.length; from += 1) {
      if (counts[from] === 0) continue;
      let at = hashValue(values[from]!) & mask;
      while (this.#counts[at] !== 0) at = (at + 1) & mask;
      this.#values[at] = values[from]!;
      this.#counts[at] = counts[from]!;
    }
  }
}
