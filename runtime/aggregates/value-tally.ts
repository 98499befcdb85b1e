// Read path: counts the values of one window at a time, without giving memory back in between.
import type { CellSource } from './moving-window.ts';
import { hashValue } from './value-hash.ts';

/**
 * How often each value occurs among the cells it was filled with, values in order of first appearance. One instance
 * serves all windows of a feed: a cell counts only if it bears the present window's stamp.
 */
export class ValueTally {
  /** Different values, in order of first appearance: [0, size). */
  values = new Float64Array(64);
  counts = new Int32Array(64);
  size = 0;
  #table = new Int32Array(128);
  #stamps = new Int32Array(128);
  #stamp = 0;
  #mask = 127;

  /** @param most how many values there may be at most */
  #begin(most: number): void {
    this.#stamp += 1;
    // A small window uses a small part of a table that has once been large: it stays in the cache.
    const needed = Math.max(64, 2 << (32 - Math.clz32(most)));
    this.#mask = needed - 1;
    if (needed <= this.#table.length && this.#stamp < 0x7fffffff) return;
    const length = Math.max(needed, this.#table.length);
    this.#table = new Int32Array(length);
    this.#stamps = new Int32Array(length);
    this.#stamp = 1;
    this.values = new Float64Array(length / 2);
    this.counts = new Int32Array(length / 2);
  }

  /** Counts the cells of (low, high] that are not null, until `most` different ones are found. */
  fill(column: CellSource, low: number, high: number, most: number): void {
    this.#begin(high - low);
    const mask = this.#mask;
    const stamp = this.#stamp;
    const stamps = this.#stamps;
    const table = this.#table;
    const { values, counts } = this;
    const { cells } = column;
    let size = 0;
    for (let row = low + 1; row <= high && size < most; row += 1) {
      if (!column.has(row)) continue;
      const value = cells[row]!;
      let at = hashValue(value) & mask;
      while (stamps[at] === stamp && values[table[at]!] !== value) at = (at + 1) & mask;
      if (stamps[at] === stamp) {
        counts[table[at]!]! += 1;
      } else {
        stamps[at] = stamp;
        table[at] = size;
        values[size] = value;
        counts[size] = 1;
        size += 1;
      }
    }
    this.size = size;
  }
}
