// Hot path: `swap` and `get`. The rest is for checkpoints.
import { SnapshotWriter } from '../state/bytes.ts';
import type { SnapshotReader } from '../state/bytes.ts';
import { hash } from '../state/key-index.ts';
import { MapWalk } from './map-walk.ts';
import type { Scalar } from './value.ts';

const INITIAL = 256;

/** What an entry of a Map takes, text of 36 units in it: measured, rounded up. */
const ENTRY_BYTES = 120;

/** Ids and their last arrivals: numbers in an open table, all else in a Map. */
export class Generation {
  #ids = new Float64Array(INITIAL);
  #times = new Float64Array(INITIAL).fill(-Infinity);
  #size = 0;
  #others = new Map<Scalar, number>();
  #part: GenerationPart | null = null;

  /** Sets the arrival of an id. @returns the one before, −Infinity where there was none */
  swap(id: Scalar, arrivedAt: number): number {
    if (typeof id !== 'number') {
      const before = this.#others.get(id) ?? -Infinity;
      if (this.#part !== null) this.#part.changingOther(id);
      this.#others.set(id, arrivedAt);
      return before;
    }
    if (this.#size * 2 >= this.#ids.length) this.#grow();
    const at = this.#find(id);
    const before = this.#times[at]!;
    if (this.#part !== null) this.#part.changing(at, this.#ids);
    if (before === -Infinity) {
      this.#ids[at] = id;
      this.#size += 1;
    }
    this.#times[at] = arrivedAt;
    return before;
  }

  get(id: Scalar): number {
    return typeof id === 'number' ? this.#times[this.#find(id)]! : (this.#others.get(id) ?? -Infinity);
  }

  get size(): number {
    return this.#size + this.#others.size;
  }

  /** Memory of the ids held, in bytes: of others than numbers by estimate. */
  get bytes(): number {
    return this.#size * 32 + this.#others.size * ENTRY_BYTES;
  }

  /** Whether it fits that many ids: neither too small by far nor too large, and no checkpoint reads it still. */
  canHold(size: number): boolean {
    return this.#part === null && this.#ids.length <= Math.max(INITIAL, 16 * size);
  }

  clear(): void {
    this.#times.fill(-Infinity);
    this.#size = 0;
    this.#others.clear();
  }

  #find(id: number): number {
    const mask = this.#ids.length - 1;
    let at = hash(id) & mask;
    while (this.#times[at] !== -Infinity && this.#ids[at] !== id) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const ids = this.#ids;
    const times = this.#times;
    this.#ids = new Float64Array(ids.length * 2);
    this.#times = new Float64Array(ids.length * 2).fill(-Infinity);
    for (let i = 0; i < ids.length; i += 1) {
      if (times[i] === -Infinity) continue;
      const at = this.#find(ids[i]!);
      this.#ids[at] = ids[i]!;
      this.#times[at] = times[i]!;
    }
  }

  beginCheckpoint(): GenerationPart {
    this.#part = new GenerationPart(this.#ids, this.#times, this.#others, () => (this.#part = null));
    return this.#part;
  }

  /** Into a fresh instance. */
  restoreRecord(reader: SnapshotReader): void {
    const ids = new Float64Array(reader.number());
    const times = new Float64Array(ids.length);
    reader.cells(ids, 0, ids.length);
    reader.cells(times, 0, times.length);
    for (let i = 0; i < ids.length; i += 1) this.swap(ids[i]!, times[i]!);
    const others = reader.number();
    reader.align();
    for (let i = 0; i < others; i += 1) this.#others.set(reader.value() as Scalar, reader.number());
    reader.align();
  }
}

/** Ids of a record at most: it is small enough to be laid out at once. */
const MOST = 4096;

/**
 * A generation as it was when the checkpoint began. Its table is walked from end to end; a cell that changes ahead
 * of the walk is set aside. When the table grows, the cells that are walked over stand still from then on.
 */
export class GenerationPart {
  readonly #ids: Float64Array;
  readonly #times: Float64Array;
  /** A bit for each cell: whether it has changed since. */
  readonly #changed: Uint8Array;
  #cursor = 0;
  /** Ids and times set aside, in turn. */
  readonly #aside: number[] = [];
  readonly #others: MapWalk<Scalar, number>;
  #othersLeft = true;
  readonly #listedIds = new Float64Array(MOST);
  readonly #listedTimes = new Float64Array(MOST);
  #listed = 0;
  readonly #texts = new SnapshotWriter();
  readonly #ended: () => void;

  constructor(
    ids: Float64Array,
    times: Float64Array,
    others: ReadonlyMap<Scalar, number>,
    ended: () => void,
  ) {
    this.#ids = ids;
    this.#times = times;
    this.#changed = new Uint8Array(ids.length >> 3);
    this.#others = new MapWalk(others, time => time);
    this.#ended = ended;
  }

  /** The cell is about to change. @param ids the table it is in: a grown one is no longer the one walked over */
  changing(at: number, ids: Float64Array): void {
    if (ids !== this.#ids || at < this.#cursor) return;
    const bit = 1 << (at & 7);
    if ((this.#changed[at >> 3]! & bit) !== 0) return;
    this.#changed[at >> 3]! |= bit;
    if (this.#times[at] !== -Infinity) this.#aside.push(this.#ids[at]!, this.#times[at]!);
  }

  changingOther(id: Scalar): void {
    if (this.#othersLeft) this.#others.changing(id);
  }

  /** Whether all is written. */
  get done(): boolean {
    return this.#aside.length === 0 && this.#cursor === this.#ids.length && !this.#othersLeft;
  }

  /** Writes one record. @returns the bytes of work that is left of the budget */
  write(writer: SnapshotWriter, budget: number): number {
    let left = budget;
    for (; this.#aside.length > 0 && this.#listed < MOST; left -= 16) {
      const time = this.#aside.pop()!;
      this.#list(this.#aside.pop()!, time);
    }
    for (; left > 0 && this.#cursor < this.#ids.length && this.#listed < MOST; left -= 8) {
      const at = this.#cursor++;
      if (this.#times[at] === -Infinity || (this.#changed[at >> 3]! & (1 << (at & 7))) !== 0) continue;
      this.#list(this.#ids[at]!, this.#times[at]!);
    }
    writer.number(this.#listed);
    writer.cells(this.#listedIds, 0, this.#listed);
    writer.cells(this.#listedTimes, 0, this.#listed);
    this.#listed = 0;
    return left - this.#writeOthers(writer, left);
  }

  end(): void {
    this.#ended();
  }

  #list(id: number, time: number): void {
    this.#listedIds[this.#listed] = id;
    this.#listedTimes[this.#listed] = time;
    this.#listed += 1;
  }

  #writeOthers(writer: SnapshotWriter, budget: number): number {
    let count = 0;
    while (this.#othersLeft && this.#texts.length < budget) {
      const entry = this.#others.next();
      if (entry === null) {
        this.#othersLeft = false;
        break;
      }
      this.#texts.value(entry[0]);
      this.#texts.number(entry[1]);
      count += 1;
    }
    const written = this.#texts.length;
    writer.number(count);
    this.#texts.drainTo(writer);
    return written;
  }
}
