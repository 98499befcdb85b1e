// Hot path: `place` and `at`. The rest runs when a segment fills up or a row comes late.
import type { Checkpointed } from '../engine/checkpoint-part.ts';
import type { SnapshotReader } from './bytes.ts';
import { IntegerColumn, NumberColumn } from './column.ts';
import type { Column } from './column.ts';
import { comparePlaces } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import { Relocation } from './relocation.ts';
import { Runs } from './runs.ts';
import { readSegments, SegmentsPart } from './segments-part.ts';

/** Watches rows of a key come in between others, and go. Rows are counted from the base: 1 is the oldest live one. */
export interface RowObserver {
  /** A row now stands at `row`; those from there on have moved up by one. Its cells are written. */
  inserted(slot: number, row: number, base: number): void;
  /** Rows 1 … count are about to go; their cells still stand. */
  trimming(slot: number, count: number, base: number): void;
  freed(slot: number): void;
  /** Memory it holds, in bytes. */
  readonly bytes: number;
}

/** Is told which keys' rows change. */
export interface SlotWatch {
  touched(slot: number): void;
}

/** What a lifetime feature still needs of the rows that no window sees: it marks which of them to keep. */
export interface Pin {
  /** `rows`: positions of the candidates in order; sets keep[i] where row i must stay. */
  mark(rows: Int32Array, count: number, keep: Uint8Array): void;
}

/** Row not held: its running totals are all that it leaves. */
export const FOLDED = -1;

/** There is no such row. */
export const NO_ROW = -1;

const SMALLEST_CLASS = 0;
const CLASSES = 112;

/** 4, 5, 6, 7, 8, 10, 12, 14, 16, 20 …: four sizes an octave. */
function sizeOf(sizeClass: number): number {
  return (4 + (sizeClass & 3)) << (sizeClass >> 2);
}

/**
 * The rows of every key, in order of (time, position), each key's in one segment of shared columns:
 *
 * ```
 *   | origin | kept … | base | live …      | free … |
 *     start             base   base+1 … end  end … limit
 * ```
 *
 * - **live** rows are those that some window may still see. A row's place is `(time, position)`.
 * - **base** is no row. Its running totals are those of all rows dropped or kept before it, so that a window is
 *   always the difference of two cells.
 * - **kept** rows are older than every window, but a lifetime feature's pin needs them (the last three, the
 *   least …). **origin** stands before them with totals of 0. Without pins neither exists: base is at start.
 *
 * Segments come in sizes, four an octave. One that fills up is trimmed to what reads at `horizon` or later may see,
 * and moves on by two sizes if that did not make room; `sweep` takes back what is too much. A freed segment waits in
 * the list of its size. When places run out, all segments are laid out side by side in new columns, so that what lies
 * free never adds up.
 */
export class Segments implements Checkpointed {
  readonly time = new NumberColumn();
  readonly lane: IntegerColumn | null;
  readonly offset: NumberColumn | null;
  /** By slot; slot 0 is an empty segment, which stands for every key never seen. */
  base = new Int32Array(512);
  end = new Int32Array(512);
  start = new Int32Array(512);
  #limit = new Int32Array(512);
  sizeClass = new Uint8Array(512);
  /** Places that each segment filled when all were last laid out; 0 for those that are newer. */
  #sizeThen = new Int32Array(512);
  readonly columns: readonly Column[];
  readonly #rowBytes: number;
  readonly #pins: readonly Pin[];
  readonly #observers: readonly RowObserver[];
  readonly #lanes: Lanes | null;
  readonly #free: number[][] = Array.from({ length: CLASSES }, () => []);
  /** One past the last position ever given to a segment. */
  #top = 0;
  #capacity = 1024;
  /** Rows at or before this instant are seen by no window of any read to come. */
  horizon = -Infinity;
  /** Whether running totals outlive their rows: then a row that is not held is folded into them. */
  readonly #lifetime: boolean;
  /** Scratch of a trim: kept and dropped rows, and which of them stay. */
  #candidates = new Int32Array(64);
  #keep = new Uint8Array(64);
  /** Live and kept rows of all keys. */
  rows = 0;
  /** Places of all segments in use. */
  #used = 0;
  #part: SegmentsPart | null = null;
  #watch: SlotWatch | null = null;
  /** Whether a checkpoint or a watch wants to know of changes: one question on the hot path. */
  #attended = false;

  /**
   * @param lanes given where order among rows of equal time matters: positions are then kept
   */
  constructor(
    columns: readonly Column[],
    options: {
      readonly lanes: Lanes | null;
      readonly pins: readonly Pin[];
      readonly observers: readonly RowObserver[];
      readonly lifetime: boolean;
    },
  ) {
    this.lane = options.lanes === null ? null : new IntegerColumn();
    this.offset = options.lanes === null ? null : new NumberColumn();
    this.columns = [
      this.time,
      ...(this.lane ? [this.lane] : []),
      ...(this.offset ? [this.offset] : []),
      ...columns,
    ];
    this.#rowBytes = this.columns.reduce((sum, column) => sum + column.rowBytes, 0);
    this.#pins = options.pins;
    this.#observers = options.observers;
    this.#lanes = options.lanes;
    this.#lifetime = options.lifetime;
    this.open(0);
  }

  /** Places in all columns: rows, what segments have to spare, and free segments. */
  get places(): number {
    return this.#capacity;
  }

  /** Gives a slot its first segment. */
  open(slot: number): void {
    if (slot >= this.end.length) this.#growSlots(slot);
    this.#part?.opening(slot);
    const start = this.#allocate(SMALLEST_CLASS);
    this.start[slot] = start;
    this.#limit[slot] = start + sizeOf(SMALLEST_CLASS);
    this.sizeClass[slot] = SMALLEST_CLASS;
    if (this.#pins.length > 0) this.#clear(start);
    const base = this.#pins.length > 0 ? start + 1 : start;
    this.#clear(base);
    this.time.cells[base] = -Infinity;
    this.base[slot] = base;
    this.end[slot] = base + 1;
  }

  isOpen(slot: number): boolean {
    return slot < this.end.length && this.end[slot] !== 0;
  }

  /** Where lifetime windows begin: a cell whose running totals are 0 and after which all held rows stand. */
  origin(slot: number): number {
    return this.#pins.length > 0 ? this.start[slot]! : 0;
  }

  /** The last held row of (low, high], or NO_ROW. */
  newest(slot: number, low: number, high: number): number {
    const at = high === this.base[slot]! ? high - 1 : high;
    return at > low ? at : NO_ROW;
  }

  /** The first held row of (low, high], or NO_ROW. */
  oldest(slot: number, low: number, high: number): number {
    const at = low + 1 === this.base[slot]! ? low + 2 : low + 1;
    return at <= high ? at : NO_ROW;
  }

  /** The last live row with time ≤ `instant`, or the base. */
  at(slot: number, instant: number): number {
    const times = this.time.cells;
    const base = this.base[slot]!;
    let right = this.end[slot]! - 1;
    if (right === base || times[right]! <= instant) return right;
    let left = base;
    while (right - left > 1) {
      const middle = (left + right) >>> 1;
      if (times[middle]! <= instant) left = middle;
      else right = middle;
    }
    return left;
  }

  /**
   * Makes room for a row and writes its place. The caller then writes every column's cell, carries running
   * totals up to `end[slot]`, and calls `settle` unless the row is the last.
   * @returns the row's position, or FOLDED where it is older than all that is held
   */
  place(slot: number, time: number, lane: number, offset: number): number {
    if (this.#attended) this.#attend(slot);
    let at = this.end[slot]!;
    if (at === this.#limit[slot]!) {
      this.#makeRoom(slot);
      at = this.end[slot]!;
    }
    if (time > this.time.cells[at - 1]!) {
      this.end[slot] = at + 1;
    } else {
      at = this.#placeLate(slot, time, lane, offset);
      if (at === FOLDED) return FOLDED;
    }
    this.time.cells[at] = time;
    if (this.lane !== null) {
      this.lane.cells[at] = lane;
      this.offset!.cells[at] = offset;
    }
    this.rows += 1;
    return at;
  }

  /** Tells the observers of a row that was placed between others. */
  settle(slot: number, at: number): void {
    const base = this.base[slot]!;
    if (at > base) for (const observer of this.#observers) observer.inserted(slot, at - base, base);
  }

  /** Whether row `at` comes after (time, lane, offset). Rows of one place do not exist. */
  #isAfter(at: number, time: number, lane: number, offset: number): boolean {
    const other = this.time.cells[at]!;
    if (other !== time || this.#lanes === null) return other > time;
    return comparePlaces(this.#lanes, this.lane!.cells[at]!, this.offset!.cells[at]!, lane, offset) > 0;
  }

  #placeLate(slot: number, time: number, lane: number, offset: number): number {
    const base = this.base[slot]!;
    const end = this.end[slot]!;
    const kept = time <= this.time.cells[base]!;
    if (kept && this.#pins.length === 0) {
      // The caller may fold it into the totals of all rows.
      this.#part?.changing(slot, base);
      return FOLDED;
    }
    const first = kept ? this.start[slot]! + 1 : base + 1;
    let at = kept ? base : end;
    // From the right, since late rows are mostly a little late.
    while (at > first && this.#isAfter(at - 1, time, lane, offset)) at -= 1;
    this.#part?.changing(slot, at);
    if (at < end) for (const column of this.columns) column.move(at, at + 1, end - at);
    this.end[slot] = end + 1;
    if (kept) this.base[slot] = base + 1;
    return at;
  }

  #makeRoom(slot: number): void {
    this.trim(slot);
    const size = this.end[slot]! - this.start[slot]!;
    const held = this.sizeClass[slot]!;
    // A segment that trimming left nearly full would be trimmed again at once.
    if (size * 4 > 3 * sizeOf(held)) this.#resize(slot, held + 2);
  }

  /** Drops the rows at or before the horizon, but those that a pin keeps. */
  trim(slot: number): void {
    const base = this.base[slot]!;
    const last = this.at(slot, this.horizon);
    if (this.#pins.length > 0) return this.#trimPinned(slot, last);
    const dropped = last - base;
    if (dropped === 0) return;
    this.#part?.changing(slot, base);
    for (const observer of this.#observers) observer.trimming(slot, dropped, base);
    const length = this.end[slot]! - last;
    const time = this.time.cells[last]!;
    for (const column of this.columns) {
      column.release(base + 1, last + 1);
      column.move(last, base, length);
      column.close(base);
    }
    this.time.cells[base] = time;
    this.end[slot] = base + length;
    for (const column of this.columns) column.settle(base, base, base + length);
    this.rows -= dropped;
  }

  #trimPinned(slot: number, last: number): void {
    const start = this.start[slot]!;
    const base = this.base[slot]!;
    this.#part?.changing(slot, start);
    if (this.#candidates.length < last - start) {
      this.#candidates = new Int32Array(2 * (last - start));
      this.#keep = new Uint8Array(2 * (last - start));
    }
    const candidates = this.#candidates;
    const keep = this.#keep;
    let count = 0;
    for (let at = start + 1; at <= last; at += 1) if (at !== base) candidates[count++] = at;
    keep.fill(0, 0, count);
    for (const pin of this.#pins) pin.mark(candidates, count, keep);
    if (last > base) for (const observer of this.#observers) observer.trimming(slot, last - base, base);
    const time = this.time.cells[last]!;
    let kept = start;
    for (let i = 0; i < count; i += 1) {
      const at = candidates[i]!;
      if (keep[i] === 1) {
        kept += 1;
        if (kept !== at) for (const column of this.columns) column.move(at, kept, 1);
      } else {
        for (const column of this.columns) column.release(at, at + 1);
      }
    }
    const next = kept + 1;
    const length = this.end[slot]! - last;
    for (const column of this.columns) {
      if (next !== last) column.move(last, next, length);
      column.close(next);
    }
    this.time.cells[next] = time;
    this.base[slot] = next;
    this.end[slot] = next + length;
    for (const column of this.columns) column.settle(start, next, next + length);
    this.rows -= count - (kept - start);
  }

  /** Trims an idle key and gives back what it no longer needs. @returns whether nothing of it is left */
  sweep(slot: number): boolean {
    const base = this.base[slot]!;
    const live = this.end[slot]! - base - 1;
    // Moving the rest down is worth it when an eighth can go.
    if (live > 0 && this.time.cells[base + 1 + (live >> 3)]! <= this.horizon) this.trim(slot);
    const start = this.start[slot]!;
    const size = this.end[slot]! - start;
    if (!this.#lifetime && this.#pins.length === 0 && size === 1) return true;
    // Two sizes too large is what growing leaves behind.
    let fitting = this.sizeClass[slot]!;
    while (fitting > SMALLEST_CLASS && sizeOf(fitting - 1) > size) fitting -= 1;
    if (fitting + 1 < this.sizeClass[slot]!) this.#resize(slot, fitting);
    return false;
  }

  free(slot: number): void {
    const start = this.start[slot]!;
    const base = this.base[slot]!;
    this.#part?.changing(slot, start);
    this.rows -= this.end[slot]! - start - (this.#pins.length > 0 ? 2 : 1);
    this.#used -= sizeOf(this.sizeClass[slot]!);
    for (const column of this.columns) {
      column.release(start, base);
      column.release(base + 1, this.end[slot]!);
    }
    for (const observer of this.#observers) observer.freed(slot);
    this.#free[this.sizeClass[slot]!]!.push(start);
    this.#sizeThen[slot] = 0;
    this.end[slot] = 0;
  }

  #resize(slot: number, size: number): void {
    const to = this.#allocate(size);
    const from = this.start[slot]!;
    const length = this.end[slot]! - from;
    for (const column of this.columns) column.move(from, to, length);
    this.#free[this.sizeClass[slot]!]!.push(from);
    this.#used -= sizeOf(this.sizeClass[slot]!);
    this.start[slot] = to;
    this.#limit[slot] = to + sizeOf(size);
    this.sizeClass[slot] = size;
    this.base[slot]! += to - from;
    this.end[slot] = to + length;
  }

  /** Any segment may be somewhere else afterwards. */
  #allocate(size: number): number {
    this.#used += sizeOf(size);
    const free = this.#free[size]!.pop();
    if (free !== undefined) return free;
    const places = sizeOf(size);
    // Typed arrays drop writes past their end without a word: every place comes from here.
    if (this.#top + places > this.#capacity) this.#relocate(places);
    const start = this.#top;
    this.#top += places;
    return start;
  }

  /** Lays all segments out anew, with room for `more` places and then some. */
  #relocate(more: number): void {
    let segments = 0;
    let places = more;
    for (let slot = 0; slot < this.end.length; slot += 1) {
      if (this.end[slot] === 0) continue;
      this.#foresee(slot);
      segments += 1;
      places += sizeOf(this.sizeClass[slot]!);
    }
    const capacity = roomFor(places);
    const relocation = new Relocation(segments, capacity);
    this.#top = 0;
    for (let slot = 0; slot < this.end.length; slot += 1) {
      if (this.end[slot] === 0) continue;
      const start = this.start[slot]!;
      const moved = this.#top - start;
      const size = sizeOf(this.sizeClass[slot]!);
      relocation.add(start, this.#top, this.end[slot]! - start);
      this.start[slot] = this.#top;
      this.#limit[slot] = this.#top + size;
      this.base[slot]! += moved;
      this.end[slot]! += moved;
      this.#top += size;
    }
    for (const free of this.#free) free.length = 0;
    for (const column of this.columns) column.relocate(relocation);
    this.#capacity = capacity;
  }

  /**
   * Two sizes more for a segment that would fill up if it grew on as it did since the last time: it is moved anyway,
   * and where many keys grow alike their moves would soon use the places up, and all be laid out once more.
   */
  #foresee(slot: number): void {
    const size = this.end[slot]! - this.start[slot]!;
    const then = this.#sizeThen[slot]!;
    const held = this.sizeClass[slot]!;
    this.#sizeThen[slot] = size;
    if (then === 0 || 2 * size - then <= sizeOf(held) || size <= then) return;
    this.sizeClass[slot] = held + 2;
    this.#used += sizeOf(held + 2) - sizeOf(held);
  }

  #growSlots(slot: number): void {
    let capacity = this.end.length;
    while (capacity <= slot) capacity *= 2;
    const copy = (cells: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(capacity);
      grown.set(cells);
      return grown;
    };
    this.base = copy(this.base);
    this.end = copy(this.end);
    this.start = copy(this.start);
    this.#limit = copy(this.#limit);
    this.#sizeThen = copy(this.#sizeThen);
    const classes = new Uint8Array(capacity);
    classes.set(this.sizeClass);
    this.sizeClass = classes;
  }

  #clear(at: number): void {
    for (const column of this.columns) column.clear(at);
  }

  #attend(slot: number): void {
    this.#watch?.touched(slot);
    // Whoever moves rows to make room for it says so again.
    this.#part?.appending(slot);
  }

  /** Gives memory back where most of it lies free. */
  shrink(): void {
    if (this.#capacity > 65_536 && this.#capacity > 2 * this.#used) this.#relocate(0);
  }

  set watch(watch: SlotWatch | null) {
    this.#watch = watch;
    this.#attended = this.#part !== null || watch !== null;
  }

  /** Memory of all segments in use, in bytes, and of what the observers keep. */
  get bytes(): number {
    let bytes = this.#used * this.#rowBytes;
    for (const observer of this.#observers) bytes += observer.bytes;
    return bytes;
  }

  beginCheckpoint(): SegmentsPart {
    this.#part = new SegmentsPart(this, this.end.length, () => {
      this.#part = null;
      this.#attended = this.#watch !== null;
    });
    this.#attended = true;
    return this.#part;
  }

  /** Places in use: what a fresh instance makes room for before its blocks come. */
  get used(): number {
    return this.#used;
  }

  /** Into a fresh instance. */
  reserve(places: number): void {
    if (roomFor(places) > this.#capacity) this.#relocate(places);
  }

  restoreBlock(block: SnapshotReader): void {
    while (!block.done) {
      readSegments(block, this, (slot, length, base, sizeClass) => {
        if (slot >= this.end.length) this.#growSlots(slot);
        const start = this.#allocate(sizeClass);
        this.start[slot] = start;
        this.#limit[slot] = start + sizeOf(sizeClass);
        this.sizeClass[slot] = sizeClass;
        this.base[slot] = start + base;
        this.end[slot] = start + length;
        this.rows += length - 1 - (this.#pins.length > 0 ? 1 : 0);
      });
    }
  }

  restored(): void {
    const runs = new Runs();
    for (let slot = 1; slot < this.end.length; slot += 1) {
      if (this.end[slot] === 0) continue;
      runs.add(this.start[slot]!, this.end[slot]! - this.start[slot]!);
      if (runs.count < 4096) continue;
      for (const column of this.columns) column.hold(runs);
      runs.clear();
    }
    for (const column of this.columns) column.hold(runs);
  }
}

/** Places of columns for segments of so many in all. */
function roomFor(places: number): number {
  return Math.max(1024, Math.ceil(places * (places < 65_536 ? 2 : 1.25)));
}
