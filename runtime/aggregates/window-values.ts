// Hot path.
import type { Scalar } from '../engine/value.ts';
import type { ValueColumn } from '../state/column.ts';
import type { Segments } from '../state/segments.ts';
import { mostFrequent } from './most-frequent.ts';
import { MovingWindow } from './moving-window.ts';
import { ValueCounts } from './value-counts.ts';
import type { ValueTally } from './value-tally.ts';

/**
 * The different values of a window, nulls apart, and how often each occurs. Features of one column and window
 * share an instance. A large window is counted by moving it along; a small one is tallied anew.
 */
export class WindowValues extends MovingWindow<ValueCounts> {
  readonly #values: ValueColumn;
  readonly #tally: ValueTally;

  constructor(column: ValueColumn, tally: ValueTally) {
    super(column, () => new ValueCounts());
    this.#values = column;
    this.#tally = tally;
  }

  /** How many different values (low, high] holds. */
  count(rows: Segments, slot: number, low: number, high: number): number {
    if (this.isLarge(rows, slot, low, high)) return this.moveTo(rows, slot, low, high).size;
    return this.#tallied(low, high).size;
  }

  /** The most frequent value, the smaller of equals; null of nothing. */
  mode(rows: Segments, slot: number, low: number, high: number): Scalar | null {
    const best = this.top(rows, slot, 1, low, high);
    return best.length === 0 ? null : best[0]!;
  }

  /** The `k` most frequent values: by count descending, then value ascending. */
  top(rows: Segments, slot: number, k: number, low: number, high: number): Scalar[] {
    const column = this.#values;
    let best: readonly number[];
    if (this.isLarge(rows, slot, low, high)) {
      best = this.moveTo(rows, slot, low, high).top(k, column);
    } else {
      const { values, counts, size } = this.#tallied(low, high);
      best = mostFrequent(values, counts, size, k, column);
    }
    return best.map(value => column.value(value));
  }

  /** The different values, in order of first appearance. */
  list(rows: Segments, slot: number, low: number, high: number): Scalar[] {
    const column = this.#values;
    const large = this.isLarge(rows, slot, low, high);
    // How many there are is known: the search for where each appears first ends with the last of them.
    const different = large ? this.moveTo(rows, slot, low, high).size : Infinity;
    const { values, size } = this.#tallied(low, high, different);
    return Array.from({ length: size }, (_, i) => column.value(values[i]!));
  }

  #tallied(low: number, high: number, different = Infinity): ValueTally {
    const tally = this.#tally;
    tally.fill(this.column, low, high, different);
    return tally;
  }
}
