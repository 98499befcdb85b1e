// Control path, but for `changing`, which runs before rows change while a checkpoint is taken.
import type { CheckpointPart } from '../engine/checkpoint-part.ts';
import { SnapshotWriter } from './bytes.ts';
import type { SnapshotReader } from './bytes.ts';
import type { Column } from './column.ts';
import { Runs } from './runs.ts';

/** What a checkpoint sees of the segments: their places by slot, and the columns. */
export interface SegmentRows {
  readonly start: Int32Array;
  readonly base: Int32Array;
  readonly end: Int32Array;
  readonly sizeClass: Uint8Array;
  readonly columns: readonly Column[];
  isOpen(slot: number): boolean;
}

/** Numbers of a segment's head: slot, rows, base, size. */
const HEAD = 4;
/** Numbers of a run: slot, first row, rows. */
const RUN = 3;

/**
 * The rows of all keys as they were when the checkpoint began.
 *
 * Slots are walked in order; a segment may be written in several runs of rows. A segment that changes ahead of the
 * walk is looked after row by row, since most rows are appended and disturb none that are there:
 *
 * ```
 *   rows at the begin      0 … intact | intact … length
 *                          still stand  set aside, before a late row or a trim moved them
 * ```
 *
 * So a change costs a copy of those rows only that it moves itself.
 */
export class SegmentsPart implements CheckpointPart {
  readonly #rows: SegmentRows;
  readonly #rowBytes: number;
  /** One past the last slot at the begin; later ones are new. */
  readonly #slots: number;
  /**
   * By slot: 0 where nothing has changed; −1 − rows at the begin where rows were appended, and nothing else; else
   * 1 + the rows that still stand, and the head is told.
   */
  readonly #intact: Int32Array;
  /** The slot that is next, and how many of its rows are written. */
  #cursor = 1;
  #written = 0;
  /** Heads of segments that have changed, and the rows set aside of them. */
  readonly #heads = new List();
  readonly #aside = new SnapshotWriter();
  readonly #runs = new Runs();
  readonly #runNumbers = new List();
  readonly #newHeads = new List();
  readonly #ended: () => void;

  constructor(rows: SegmentRows, slots: number, ended: () => void) {
    this.#rows = rows;
    this.#rowBytes = rows.columns.reduce((sum, column) => sum + column.rowBytes, 0);
    this.#slots = slots;
    this.#intact = new Int32Array(slots);
    this.#ended = ended;
  }

  /** A row is about to follow those that are there. */
  appending(slot: number): void {
    if (slot < this.#cursor || slot >= this.#slots || this.#intact[slot] !== 0) return;
    this.#intact[slot] = this.#rows.start[slot]! - this.#rows.end[slot]! - 1;
  }

  /** Rows from position `at` on are about to change. */
  changing(slot: number, at: number): void {
    if (slot < this.#cursor || slot >= this.#slots) return;
    const { start } = this.#rows;
    const held = this.#held(slot, this.#heads);
    const written = slot === this.#cursor ? this.#written : 0;
    const standing = Math.max(at - start[slot]!, written);
    if (standing < held - 1) this.#setAside(slot, standing, held - 1 - standing);
    this.#intact[slot] = Math.min(held, standing + 1);
  }

  /** A slot that has no segment gets one: if it had one at the begin, that has been set aside. */
  opening(slot: number): void {
    if (slot >= this.#cursor && slot < this.#slots && this.#intact[slot] === 0) this.#intact[slot] = 1;
  }

  get aside(): number {
    return this.#heads.length * 4 + this.#aside.length;
  }

  flush(writer: SnapshotWriter): void {
    if (this.#heads.length > 0) this.#record(writer, this.#heads);
    this.#aside.drainTo(writer);
  }

  write(writer: SnapshotWriter, budget: number): boolean {
    this.flush(writer);
    let left = Math.max(budget, this.#rowBytes);
    while (left > 0 && this.#cursor < this.#slots) left -= this.#advance(left);
    if (this.#newHeads.length > 0 || this.#runs.count > 0) this.#record(writer, this.#newHeads);
    return this.#cursor < this.#slots;
  }

  end(): void {
    this.#ended();
  }

  /** Puts rows of the slot at the cursor on the list. @returns bytes of work */
  #advance(budget: number): number {
    const rows = this.#rows;
    const slot = this.#cursor;
    if (this.#intact[slot] === 0 && !rows.isOpen(slot)) {
      this.#cursor += 1;
      return 2;
    }
    const held = this.#held(slot, this.#newHeads);
    const from = this.#written;
    const left = held - 1 - from;
    const most = Math.max(1, Math.floor(budget / this.#rowBytes));
    const count = Math.min(left, most);
    if (count > 0) this.#run(slot, from, count);
    if (count < left) {
      this.#intact[slot] = held;
      this.#written = from + count;
    } else {
      this.#cursor += 1;
      this.#written = 0;
    }
    return HEAD * 4 + Math.max(count, 0) * this.#rowBytes;
  }

  /** 1 + the rows that still stand; if the head has not been told, it is put on the list. */
  #held(slot: number, heads: List): number {
    const held = this.#intact[slot]!;
    if (held > 0) return held;
    const { start, base, end, sizeClass } = this.#rows;
    const rows = held === 0 ? end[slot]! - start[slot]! : -1 - held;
    heads.push(slot);
    heads.push(rows);
    heads.push(base[slot]! - start[slot]!);
    // What has grown since may lie in a larger segment: that has room as well.
    heads.push(sizeClass[slot]!);
    return rows + 1;
  }

  #run(slot: number, first: number, count: number): void {
    this.#runs.add(this.#rows.start[slot]! + first, count);
    this.#runNumbers.push(slot);
    this.#runNumbers.push(first);
    this.#runNumbers.push(count);
  }

  #setAside(slot: number, first: number, count: number): void {
    this.#run(slot, first, count);
    this.#record(this.#aside, none);
  }

  /** Writes the heads, and the runs on the list. */
  #record(writer: SnapshotWriter, heads: List): void {
    writer.align();
    writer.number(heads.length);
    writer.number(this.#runNumbers.length);
    writer.cells(heads.cells, 0, heads.length);
    writer.cells(this.#runNumbers.cells, 0, this.#runNumbers.length);
    for (const column of this.#rows.columns) column.pack(writer, this.#runs);
    writer.align();
    heads.length = 0;
    this.#runs.clear();
    this.#runNumbers.length = 0;
  }
}

/** Reads one record of a block. @param open gives a slot a segment of that many rows, base and size */
export function readSegments(
  reader: SnapshotReader,
  rows: SegmentRows,
  open: (slot: number, length: number, base: number, sizeClass: number) => void,
): void {
  const heads = new Int32Array(reader.number());
  const numbers = new Int32Array(reader.number());
  reader.cells(heads, 0, heads.length);
  reader.cells(numbers, 0, numbers.length);
  for (let i = 0; i < heads.length; i += HEAD) open(heads[i]!, heads[i + 1]!, heads[i + 2]!, heads[i + 3]!);
  const runs = new Runs();
  for (let i = 0; i < numbers.length; i += RUN)
    runs.add(rows.start[numbers[i]!]! + numbers[i + 1]!, numbers[i + 2]!);
  for (const column of rows.columns) column.unpack(reader, runs);
  reader.align();
}

/** Numbers that are added one by one. */
class List {
  cells = new Int32Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.cells.length) {
      const longer = new Int32Array(this.length * 2);
      longer.set(this.cells);
      this.cells = longer;
    }
    this.cells[this.length++] = value;
  }
}

const none = new List();
