// Hot path.
import type { Checkpointed } from '../engine/checkpoint-part.ts';
import type { SnapshotReader } from './bytes.ts';
import { KeyIndexPart } from './key-index-part.ts';

/** The slot of a key that is not there: an empty segment, so that reading it needs no branch. */
export const NO_SLOT = 0;

const EMPTY = 0;

/**
 * Finds the slot of a key: open addressing with linear probing over slot numbers, keys in columns of doubles
 * (ints as they are, texts and bigints as dictionary codes, booleans 0 and 1). Slots count from 1 and are given
 * out again.
 */
export class KeyIndex implements Checkpointed {
  /** Key parts by slot. */
  readonly parts: Float64Array[];
  readonly #arity: number;
  #table = new Int32Array(1024);
  #capacity = 512;
  #size = 0;
  /** One past the greatest slot ever given out. */
  #end = 1;
  readonly #free: number[] = [];
  #live = new Uint8Array(512);
  #inserted = 0;
  #checkpoint: KeyIndexPart | null = null;

  constructor(arity: number) {
    this.#arity = arity;
    this.parts = Array.from({ length: arity }, () => new Float64Array(512));
  }

  get size(): number {
    return this.#size;
  }

  /** Slots lie in [1, end). */
  get end(): number {
    return this.#end;
  }

  isLive(slot: number): boolean {
    return this.#live[slot] === 1;
  }

  find1(a: number): number {
    const mask = this.#table.length - 1;
    const keys = this.parts[0]!;
    for (let at = hash(a) & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at]!;
      if (slot === EMPTY || keys[slot] === a) return slot;
    }
  }

  /** `key` holds one number for each part. */
  find(key: Float64Array): number {
    const mask = this.#table.length - 1;
    for (let at = this.#hash(key) & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at]!;
      if (slot === EMPTY || this.#equals(slot, key)) return slot;
    }
  }

  /** Gives a slot to a key that `find` did not find. */
  insert(key: Float64Array): number {
    if ((this.#size + 1) * 2 > this.#table.length) this.#rehash(this.#table.length * 2);
    const slot = this.#free.pop() ?? this.#end++;
    if (slot >= this.#capacity) this.#grow();
    this.#checkpoint?.inserting(slot);
    for (let part = 0; part < this.#arity; part += 1) this.parts[part]![slot] = key[part]!;
    this.#live[slot] = 1;
    this.#size += 1;
    this.#inserted += 1;
    this.#link(slot, this.#hash(key));
    return slot;
  }

  /** How many keys have been inserted since this was asked last. */
  takeInserted(): number {
    const inserted = this.#inserted;
    this.#inserted = 0;
    return inserted;
  }

  remove(slot: number): void {
    this.#checkpoint?.removing(slot);
    const mask = this.#table.length - 1;
    let hole = this.#hashSlot(slot) & mask;
    while (this.#table[hole] !== slot) hole = (hole + 1) & mask;
    // Backward shift: whoever was pushed past the hole moves into it.
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const moved = this.#table[at]!;
      if (moved === EMPTY) break;
      const home = this.#hashSlot(moved) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        this.#table[hole] = moved;
        hole = at;
      }
    }
    this.#table[hole] = EMPTY;
    this.#live[slot] = 0;
    this.#free.push(slot);
    this.#size -= 1;
  }

  #link(slot: number, hashed: number): void {
    const mask = this.#table.length - 1;
    let at = hashed & mask;
    while (this.#table[at] !== EMPTY) at = (at + 1) & mask;
    this.#table[at] = slot;
  }

  #equals(slot: number, key: Float64Array): boolean {
    for (let part = 0; part < this.#arity; part += 1) if (this.parts[part]![slot] !== key[part]) return false;
    return true;
  }

  #hash(key: Float64Array): number {
    let hashed = hash(key[0]!);
    for (let part = 1; part < this.#arity; part += 1)
      hashed = hash(key[part]!) ^ Math.imul(hashed, 0x85ebca6b);
    return hashed;
  }

  #hashSlot(slot: number): number {
    let hashed = hash(this.parts[0]![slot]!);
    for (let part = 1; part < this.#arity; part += 1) {
      hashed = hash(this.parts[part]![slot]!) ^ Math.imul(hashed, 0x85ebca6b);
    }
    return hashed;
  }

  #rehash(size: number): void {
    this.#table = new Int32Array(size);
    for (let slot = 1; slot < this.#end; slot += 1) {
      if (this.#live[slot] === 1) this.#link(slot, this.#hashSlot(slot));
    }
  }

  #grow(): void {
    this.#capacity *= 2;
    for (let part = 0; part < this.#arity; part += 1) {
      const grown = new Float64Array(this.#capacity);
      grown.set(this.parts[part]!);
      this.parts[part] = grown;
    }
    const live = new Uint8Array(this.#capacity);
    live.set(this.#live);
    this.#live = live;
  }

  /** Memory of the keys held, in bytes. */
  get bytes(): number {
    return this.#size * (9 + 8 * this.#arity);
  }

  beginCheckpoint(): KeyIndexPart {
    this.#checkpoint = new KeyIndexPart(this, () => (this.#checkpoint = null));
    return this.#checkpoint;
  }

  restoreBlock(block: SnapshotReader): void {
    // The first block begins with how far the slots go.
    if (this.#end === 1) {
      this.#end = block.number();
      while (this.#capacity < this.#end) this.#grow();
    }
    while (!block.done) {
      const slots = new Int32Array(block.number());
      block.cells(slots, 0, slots.length);
      for (const slot of slots) this.#live[slot] = 1;
      for (const part of this.parts) {
        const cells = new Float64Array(slots.length);
        block.cells(cells, 0, cells.length);
        for (let i = 0; i < slots.length; i += 1) part[slots[i]!] = cells[i]!;
      }
      this.#size += slots.length;
    }
  }

  restored(): void {
    for (let slot = this.#end - 1; slot > 0; slot -= 1) if (this.#live[slot] === 0) this.#free.push(slot);
    let size = this.#table.length;
    while ((this.#size + 1) * 2 > size) size *= 2;
    this.#rehash(size);
  }
}

/** Mixes both halves of a safe integer. */
export function hash(key: number): number {
  const high = (key / 4294967296) | 0;
  let h = Math.imul((key | 0) ^ Math.imul(high, 0x9e3779b1), 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}
