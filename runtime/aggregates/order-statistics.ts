// Hot path.
import type { NumberColumn } from '../state/column.ts';
import type { Segments } from '../state/segments.ts';
import { percentileDiscRank } from '../../kernels/percentile.ts';
import { LARGE, MovingWindow } from './moving-window.ts';
import { interpolate, SortedValues } from './sorted-values.ts';

/** The values of a window by rank: for percentiles. Features of one column and window share an instance. */
export class OrderStatistics extends MovingWindow<SortedValues> {
  /** A small window, sorted. */
  readonly #few = new Float64Array(LARGE);

  constructor(column: NumberColumn) {
    super(column, () => new SortedValues());
  }

  cont(rows: Segments, slot: number, low: number, high: number, p: number): number | null {
    if (high - low > LARGE) {
      const values = this.#many(rows, slot, low, high);
      return values.size === 0 ? null : values.interpolated(p * (values.size - 1));
    }
    const n = this.#sortFew(low, high);
    if (n === 0) return null;
    const rank = p * (n - 1);
    const below = Math.floor(rank);
    return interpolate(this.#few[below]!, this.#few[Math.ceil(rank)]!, rank - below);
  }

  disc(rows: Segments, slot: number, low: number, high: number, p: number): number | null {
    if (high - low > LARGE) {
      const values = this.#many(rows, slot, low, high);
      return values.size === 0 ? null : values.at(percentileDiscRank(values.size, p));
    }
    const n = this.#sortFew(low, high);
    return n === 0 ? null : this.#few[percentileDiscRank(n, p)]!;
  }

  #many(rows: Segments, slot: number, low: number, high: number): SortedValues {
    if (low >= rows.base[slot]!) return this.moveTo(rows, slot, low, high);
    // `last: N` of a lifetime reaches back to kept rows, which no window moves over.
    const values = new SortedValues();
    for (let at = low + 1; at <= high; at += 1) if (this.column.has(at)) values.add(this.column.cells[at]!);
    return values;
  }

  #sortFew(low: number, high: number): number {
    const few = this.#few;
    const { cells } = this.column;
    let n = 0;
    for (let at = low + 1; at <= high; at += 1) {
      const value = cells[at]!;
      if (value !== value) continue;
      let place = n;
      for (; place > 0 && few[place - 1]! > value; place -= 1) few[place] = few[place - 1]!;
      few[place] = value;
      n += 1;
    }
    return n;
  }
}
