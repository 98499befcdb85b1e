// Hot path.
import type { RowObserver, Segments } from '../state/segments.ts';

/** What is kept of the values of a window that moves. */
export interface WindowContents {
  readonly size: number;
  /** Memory, in bytes. */
  readonly bytes: number;
  add(value: number): void;
  remove(value: number): void;
  clear(): void;
}

/** Above this many rows, looking at a window anew costs more than moving one along. */
export const LARGE = 64;

/** A feature's window over one key: rows (low, high], counted from the base. */
class Position<C extends WindowContents> {
  low = 0;
  high = 0;
  constructor(readonly contents: C) {}
}

/** Cells by position, and which of them are null: NaN in doubles, −1 in codes and flags. */
export interface CellSource {
  readonly cells: Float64Array | Int32Array | Int8Array;
  has(at: number): boolean;
}

/**
 * Contents of a window that cannot be had by subtraction, kept from one read to the next: moving the window adds
 * the rows that enter and removes those that leave, on both ends and in both directions, so that a read costs
 * what has changed since the last one. Only keys with large windows have one; a small window is counted anew.
 */
export class MovingWindow<C extends WindowContents> implements RowObserver {
  readonly #positions = new Map<number, Position<C>>();

  constructor(
    readonly column: CellSource,
    readonly create: () => C,
  ) {}

  /** Whether a window is worth moving along: `last: N` of a lifetime reaches back to kept rows, which none moves over. */
  isLarge(rows: Segments, slot: number, low: number, high: number): boolean {
    return high - low > LARGE && low >= rows.base[slot]!;
  }

  /** The contents of (low, high], both absolute and live. */
  moveTo(rows: Segments, slot: number, low: number, high: number): C {
    let position = this.#positions.get(slot);
    if (position === undefined) {
      position = new Position(this.create());
      this.#positions.set(slot, position);
    }
    this.#move(position, rows.base[slot]!, low - rows.base[slot]!, high - rows.base[slot]!);
    return position.contents;
  }

  #move(position: Position<C>, base: number, low: number, high: number): void {
    const moved = Math.abs(low - position.low) + Math.abs(high - position.high);
    if (moved > high - low || low >= position.high || high <= position.low) {
      position.contents.clear();
      position.low = low;
      position.high = low;
    }
    while (position.high < high) this.#add(position, base + ++position.high);
    while (position.low > low) this.#add(position, base + position.low--);
    while (position.high > high) this.#remove(position, base + position.high--);
    while (position.low < low) this.#remove(position, base + ++position.low);
  }

  #add(position: Position<C>, at: number): void {
    if (this.column.has(at)) position.contents.add(this.column.cells[at]!);
  }

  #remove(position: Position<C>, at: number): void {
    if (this.column.has(at)) position.contents.remove(this.column.cells[at]!);
  }

  inserted(slot: number, row: number, base: number): void {
    const position = this.#positions.get(slot);
    if (position === undefined || row > position.high) return;
    position.high += 1;
    if (row <= position.low) position.low += 1;
    else this.#add(position, base + row);
  }

  trimming(slot: number, count: number, base: number): void {
    const position = this.#positions.get(slot);
    if (position === undefined) return;
    while (position.low < position.high && position.low < count)
      this.#remove(position, base + ++position.low);
    position.low = Math.max(position.low - count, 0);
    position.high = Math.max(position.high - count, position.low);
    if (position.high - position.low < LARGE / 2) this.#positions.delete(slot);
  }

  freed(slot: number): void {
    this.#positions.delete(slot);
  }

  get bytes(): number {
    let bytes = 0;
    for (const { contents } of this.#positions.values()) bytes += contents.bytes;
    return bytes;
  }
}
