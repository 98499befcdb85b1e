// Hot path in `cells`; control path in everything a segment does when rows move.
import type { SnapshotReader, SnapshotWriter } from './bytes.ts';
import type { Dictionary } from './dictionary.ts';
import { NO_CODE } from './dictionary.ts';
import type { Relocation } from './relocation.ts';
import type { Runs } from './runs.ts';
import type { Scalar } from '../engine/value.ts';

/** What a segment asks of each of its columns when rows move. Positions are those of the shared slab. */
export interface Column {
  /** Moves all rows into new cells. */
  relocate(relocation: Relocation): void;
  /** Copies cells; the ranges may overlap. */
  move(from: number, to: number, length: number): void;
  /** Makes the cell that of no row: null, or a running total of 0. Holds nothing. */
  clear(at: number): void;
  /** Makes the cell that of the rows dropped up to it: null, but a running total stays. Holds nothing. */
  close(at: number): void;
  /** Rows up to the base were dropped from a segment [start, end): a chance to keep running totals small. */
  settle(start: number, base: number, end: number): void;
  /** Lets go of what the cells in [from, to) hold. */
  release(from: number, to: number): void;
  /** Bytes of a row's cells. */
  readonly rowBytes: number;
  /** Writes the cells of all runs side by side. */
  pack(writer: SnapshotWriter, runs: Runs): void;
  /** The reverse, into a fresh state. */
  unpack(reader: SnapshotReader, runs: Runs): void;
  /** After `unpack`: holds what the cells of the runs stand for. */
  hold(runs: Runs): void;
}

const INITIAL_CAPACITY = 1024;

/** A column that values are read from, whatever its cells are: cells are compared and turned into values by it. */
export interface ValueColumn extends Column {
  readonly cells: Float64Array | Int32Array | Int8Array;
  has(at: number): boolean;
  /** Orders two cells that are not null, as their values are ordered (semantics §10, rule 5). */
  compare(a: number, b: number): number;
  /** The value of a cell that is not null. */
  value(cell: number): Scalar;
}

/** Doubles; NaN is null. Holds int, decimal, double and timestamp values, and event times. */
export class NumberColumn implements ValueColumn {
  cells = new Float64Array(INITIAL_CAPACITY);

  has(at: number): boolean {
    const value = this.cells[at]!;
    return value === value;
  }

  compare(a: number, b: number): number {
    return a - b;
  }

  value(cell: number): number {
    return cell;
  }

  relocate(relocation: Relocation): void {
    this.cells = relocation.copy(this.cells, new Float64Array(relocation.capacity));
  }

  move(from: number, to: number, length: number): void {
    this.cells.copyWithin(to, from, from + length);
  }

  clear(at: number): void {
    this.cells[at] = NaN;
  }

  close(at: number): void {
    this.cells[at] = NaN;
  }

  settle(): void {}

  release(): void {}

  get rowBytes(): number {
    return 8;
  }

  pack(writer: SnapshotWriter, runs: Runs): void {
    writer.doubles(this.cells, runs);
  }

  unpack(reader: SnapshotReader, runs: Runs): void {
    reader.doubles(this.cells, runs);
  }

  hold(): void {}
}

/** Whole numbers of 32 bits; ABSENT is null. */
export const ABSENT = -2147483648;

export class IntegerColumn implements Column {
  cells = new Int32Array(INITIAL_CAPACITY);

  has(at: number): boolean {
    return this.cells[at] !== ABSENT;
  }

  relocate(relocation: Relocation): void {
    this.cells = relocation.copy(this.cells, new Int32Array(relocation.capacity));
  }

  move(from: number, to: number, length: number): void {
    this.cells.copyWithin(to, from, from + length);
  }

  clear(at: number): void {
    this.cells[at] = ABSENT;
  }

  close(at: number): void {
    this.cells[at] = ABSENT;
  }

  settle(): void {}

  release(): void {}

  get rowBytes(): number {
    return 4;
  }

  pack(writer: SnapshotWriter, runs: Runs): void {
    writer.ints(this.cells, runs);
  }

  unpack(reader: SnapshotReader, runs: Runs): void {
    reader.ints(this.cells, runs);
  }

  hold(): void {}
}

/** Booleans and marks: 1, 0, and −1 for null. */
export class FlagColumn implements ValueColumn {
  cells = new Int8Array(INITIAL_CAPACITY);

  has(at: number): boolean {
    return this.cells[at]! >= 0;
  }

  compare(a: number, b: number): number {
    return a - b;
  }

  value(cell: number): boolean {
    return cell === 1;
  }

  relocate(relocation: Relocation): void {
    this.cells = relocation.copy(this.cells, new Int8Array(relocation.capacity));
  }

  move(from: number, to: number, length: number): void {
    this.cells.copyWithin(to, from, from + length);
  }

  clear(at: number): void {
    this.cells[at] = -1;
  }

  close(at: number): void {
    this.cells[at] = -1;
  }

  settle(): void {}

  release(): void {}

  get rowBytes(): number {
    return 1;
  }

  pack(writer: SnapshotWriter, runs: Runs): void {
    writer.flags(this.cells, runs);
  }

  unpack(reader: SnapshotReader, runs: Runs): void {
    reader.flags(this.cells, runs);
  }

  hold(): void {}
}

/** Dictionary codes of text, enum, uuid and bigint values, each held; NO_CODE is null. */
export class CodeColumn implements ValueColumn {
  cells = new Int32Array(INITIAL_CAPACITY);

  constructor(readonly dictionary: Dictionary) {}

  has(at: number): boolean {
    return this.cells[at]! >= 0;
  }

  /** Writes the cell of a new row. */
  set(at: number, code: number): void {
    this.cells[at] = code;
    this.dictionary.acquire(code);
  }

  compare(a: number, b: number): number {
    return this.dictionary.compare(a, b);
  }

  value(cell: number): string | bigint {
    return this.dictionary.value(cell);
  }

  relocate(relocation: Relocation): void {
    this.cells = relocation.copy(this.cells, new Int32Array(relocation.capacity));
  }

  move(from: number, to: number, length: number): void {
    this.cells.copyWithin(to, from, from + length);
  }

  clear(at: number): void {
    this.cells[at] = NO_CODE;
  }

  close(at: number): void {
    this.cells[at] = NO_CODE;
  }

  settle(): void {}

  release(from: number, to: number): void {
    for (let at = from; at < to; at += 1) this.dictionary.release(this.cells[at]!);
  }

  get rowBytes(): number {
    return 4;
  }

  pack(writer: SnapshotWriter, runs: Runs): void {
    writer.ints(this.cells, runs);
  }

  unpack(reader: SnapshotReader, runs: Runs): void {
    reader.ints(this.cells, runs);
  }

  hold(runs: Runs): void {
    const { cells, dictionary } = this;
    for (let run = 0; run < runs.count; run += 1) {
      const from = runs.from[run]!;
      const end = from + runs.length[run]!;
      for (let at = from; at < end; at += 1) dictionary.acquire(cells[at]!);
    }
  }
}
