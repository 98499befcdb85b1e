// Hot path.
import type { Scalar } from '../engine/value.ts';
import type { ValueColumn } from '../state/column.ts';
import type { RowObserver, Segments } from '../state/segments.ts';
import { LARGE } from './moving-window.ts';

/**
 * The extremes of one key's windows around a pivot. Rows are counted from the base; `cells` begins with row `first`.
 *
 * ```
 *   rows     from+1 …  pivot | pivot+1 …  to
 *   cells    extreme of the  | extreme of the rows
 *            row … pivot     | from pivot+1 to it
 * ```
 *
 * The extreme of any window (low, high] that holds the pivot is then that of two cells: one at low + 1, one at high.
 * Both sides grow when a read goes beyond them. A window that has passed the pivot gets a new one at its high end,
 * so that each row is looked at twice while windows move on.
 */
class Extremes {
  pivot = 0;
  from = 0;
  to = 0;
  first = 0;
  cells = new Float64Array(LARGE * 2);
}

/** The least (`sign` −1) or greatest (1) value of a window. */
export class ExtremeWindow implements RowObserver {
  readonly #positions = new Map<number, Extremes>();

  constructor(
    readonly column: ValueColumn,
    readonly sign: 1 | -1,
  ) {}

  /** Over (low, high]; null of nothing. */
  read(rows: Segments, slot: number, low: number, high: number): Scalar | null {
    const base = rows.base[slot]!;
    const { column } = this;
    if (high - low <= LARGE || low < base) {
      let best = NaN;
      for (let at = low + 1; at <= high; at += 1)
        if (column.has(at)) best = this.#better(best, column.cells[at]!);
      return best === best ? column.value(best) : null;
    }
    let position = this.#positions.get(slot);
    if (position === undefined) {
      position = new Extremes();
      this.#positions.set(slot, position);
    }
    const best = this.#extreme(position, base, low - base, high - base);
    return best === best ? column.value(best) : null;
  }

  #extreme(position: Extremes, base: number, low: number, high: number): number {
    if (low > position.pivot || high < position.pivot || position.to === 0) restart(position, low, high);
    if (low < position.first - 1 || high - position.first >= position.cells.length)
      makeRoom(position, low, high);
    const { cells, first, pivot } = position;
    while (position.from > low) {
      const row = position.from--;
      cells[row - first] = this.#better(row < pivot ? cells[row - first + 1]! : NaN, this.#cell(base + row));
    }
    while (position.to < high) {
      const row = ++position.to;
      cells[row - first] = this.#better(
        row > pivot + 1 ? cells[row - first - 1]! : NaN,
        this.#cell(base + row),
      );
    }
    const left = low < pivot ? cells[low + 1 - first]! : NaN;
    return high > pivot ? this.#better(left, cells[high - first]!) : left;
  }

  /** The cell of a row, NaN where it is null. */
  #cell(at: number): number {
    return this.column.has(at) ? this.column.cells[at]! : NaN;
  }

  #better(a: number, b: number): number {
    if (a !== a) return b;
    if (b !== b) return a;
    return this.column.compare(b, a) * this.sign > 0 ? b : a;
  }

  inserted(slot: number, row: number): void {
    const position = this.#positions.get(slot);
    if (position === undefined || row > position.to) return;
    // Late rows are mostly a little late: what lies before them stands.
    if (row > position.pivot) position.to = row - 1;
    else this.#positions.delete(slot);
  }

  trimming(slot: number, count: number): void {
    const position = this.#positions.get(slot);
    if (position === undefined) return;
    if (position.pivot < count) {
      this.#positions.delete(slot);
      return;
    }
    position.pivot -= count;
    position.to -= count;
    position.first -= count;
    position.from = Math.max(position.from - count, 0);
  }

  freed(slot: number): void {
    this.#positions.delete(slot);
  }

  get bytes(): number {
    let bytes = 0;
    for (const { cells } of this.#positions.values()) bytes += cells.byteLength;
    return bytes;
  }
}

/** A new pivot, at the high end of the window. */
function restart(position: Extremes, low: number, high: number): void {
  position.pivot = high;
  position.from = high;
  position.to = high;
  position.first = low + 1;
}

/** Moves what stands to cells that hold the window as well, with as much room again for rows to come. */
function makeRoom(position: Extremes, low: number, high: number): void {
  const { from, to, first, cells } = position;
  const next = Math.min(low, from) + 1;
  const length = 2 * (Math.max(high, to) - next + 1);
  const roomy = length > cells.length ? new Float64Array(length) : cells;
  const held = cells.subarray(from + 1 - first, to + 1 - first);
  roomy.set(held, from + 1 - next);
  position.cells = roomy;
  position.first = next;
}
