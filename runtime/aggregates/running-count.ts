// Hot path.
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Column } from '../state/column.ts';
import type { Relocation } from '../state/relocation.ts';
import type { Runs } from '../state/runs.ts';

/** A segment has fewer rows than would take a count from here past 2^31. */
const FULL = 2 ** 30;

/**
 * How many rows of a key were counted up to and with each row, since the key's first. A window is a difference
 * of two cells; the row of a given rank is found by search. A count that lifetime features read is a double, exact
 * to 2^53; one that only windows read has 32 bits, and begins anew from 0 when rows are dropped before it is full.
 */
export class RunningCount implements Column {
  cells: Float64Array | Int32Array;

  constructor(readonly readBy: 'lifetime' | 'windows') {
    this.cells = readBy === 'lifetime' ? new Float64Array(1024) : new Int32Array(1024);
  }

  /** Writes the total of a new row at `at`, and carries `delta` through the rows after it, up to `end`. */
  add(at: number, end: number, delta: number): void {
    const cells = this.cells;
    cells[at] = cells[at - 1]! + delta;
    if (delta !== 0 && at + 1 < end) this.carry(at + 1, end, delta);
  }

  carry(from: number, end: number, delta: number): void {
    const cells = this.cells;
    for (let i = from; i < end; i += 1) cells[i]! += delta;
  }

  /** How many in (low, high]. */
  between(low: number, high: number): number {
    return this.cells[high]! - this.cells[low]!;
  }

  /** The row in (low, high] at which the total reaches `rank`; the caller knows that there is one. */
  rowOf(rank: number, low: number, high: number): number {
    const cells = this.cells;
    // Most often it is among the newest rows: gallop from the right.
    let right = high;
    let step = 1;
    let left = high - 1;
    while (left > low && cells[left]! >= rank) {
      right = left;
      step *= 2;
      left = right - step;
    }
    if (left < low) left = low;
    while (right - left > 1) {
      const middle = (left + right) >>> 1;
      if (cells[middle]! >= rank) right = middle;
      else left = middle;
    }
    return right;
  }

  relocate(relocation: Relocation): void {
    const { capacity } = relocation;
    const fresh = this.readBy === 'lifetime' ? new Float64Array(capacity) : new Int32Array(capacity);
    this.cells = relocation.copy(this.cells, fresh);
  }

  move(from: number, to: number, length: number): void {
    this.cells.copyWithin(to, from, from + length);
  }

  clear(at: number): void {
    this.cells[at] = 0;
  }

  close(): void {}

  /** Keeps a windows' count within 32 bits: rows kept from before are found by rank from the newest only. */
  settle(start: number, base: number, end: number): void {
    const before = this.cells[base]!;
    if (this.readBy === 'lifetime' || before < FULL) return;
    for (let at = start; at < end; at += 1) this.cells[at] = Math.max(this.cells[at]! - before, -FULL);
  }

  release(): void {}

  get rowBytes(): number {
    return this.cells.BYTES_PER_ELEMENT;
  }

  pack(writer: SnapshotWriter, runs: Runs): void {
    if (this.cells instanceof Float64Array) writer.doubles(this.cells, runs);
    else writer.ints(this.cells, runs);
  }

  unpack(reader: SnapshotReader, runs: Runs): void {
    if (this.cells instanceof Float64Array) reader.doubles(this.cells, runs);
    else reader.ints(this.cells, runs);
  }

  hold(): void {}
}
