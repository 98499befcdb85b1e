// Hot path: `touched`, once for each row of a group that is watched.
import type { SlotWatch } from '../state/segments.ts';
import type { Value } from './value.ts';

/** A key of a group, by name of its parts. */
export type Key = Record<string, Value>;

/** What is watched. */
export interface WatchedGroup {
  keyOf(slot: number): Key;
  /** The slot of a key, 0 where it has none. */
  slotOf(key: Key): number;
}

/** Keys waiting to be drained, unless told otherwise: 4 MB. */
const LIMIT = 1_000_000;

/**
 * The keys of one group whose rows have changed since they were last drained, each once; also keys of which nothing
 * is left. That a window slides past a row changes no row: that is for a timer of the reader's.
 *
 * When too many wait, all are dropped and `overflowed` says so: whoever drains must then look at all keys
 * (`Engine.keys`), and calls `restart` right before.
 */
export class ChangedKeys implements SlotWatch {
  readonly #limit: number;
  readonly #group: WatchedGroup;
  readonly #closed: () => void;
  /** By slot: whether it is on the list. */
  #listed = new Uint8Array(1024);
  /** A ring. */
  readonly #slots: Int32Array;
  #first = 0;
  #count = 0;
  /** Keys that have gone, each once. */
  readonly #gone = new Map<string, Key>();
  #overflowed = false;

  constructor(group: WatchedGroup, closed: () => void, limit = LIMIT) {
    this.#group = group;
    this.#closed = closed;
    this.#limit = limit;
    this.#slots = new Int32Array(limit);
  }

  touched(slot: number): void {
    if (slot < this.#listed.length && this.#listed[slot] === 1) return;
    this.#list(slot);
  }

  #list(slot: number): void {
    if (this.#overflowed) return;
    if (slot >= this.#listed.length) {
      const listed = new Uint8Array(Math.max(slot + 1, this.#listed.length * 2));
      listed.set(this.#listed);
      this.#listed = listed;
    }
    if (this.#count + this.#gone.size >= this.#limit) return this.#overflow();
    this.#listed[slot] = 1;
    this.#slots[(this.#first + this.#count) % this.#limit] = slot;
    this.#count += 1;
  }

  /** The slot's key is about to go: its slot will be another key's. */
  removing(slot: number): void {
    if (this.#overflowed) return;
    if (this.#count + this.#gone.size >= this.#limit) return this.#overflow();
    const key = this.#group.keyOf(slot);
    this.#gone.set(Object.values(key).map(String).join('\0'), key);
    // On the list the slot stays: it is passed over unless a new key takes it, and then that key has changed.
    if (slot < this.#listed.length) this.#listed[slot] = 0;
  }

  /** Up to `max` keys, those that changed first first; none: nothing has changed since. */
  drain(max: number): Key[] {
    const keys: Key[] = [];
    for (const [name, key] of this.#gone) {
      if (keys.length >= max) return keys;
      this.#gone.delete(name);
      // It may have come back: then it is on the list.
      if (this.#listed[this.#group.slotOf(key)] !== 1) keys.push(key);
    }
    while (keys.length < max && this.#count > 0) {
      const slot = this.#slots[this.#first]!;
      this.#first = (this.#first + 1) % this.#limit;
      this.#count -= 1;
      if (this.#listed[slot] !== 1) continue;
      this.#listed[slot] = 0;
      keys.push(this.#group.keyOf(slot));
    }
    return keys;
  }

  /** How many keys wait; those that have gone may be counted twice. */
  get waiting(): number {
    return this.#count + this.#gone.size;
  }

  /** Whether keys were dropped since `restart`; none is listed until then. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Begins anew: keys that change from now on are listed. */
  restart(): void {
    this.#clear();
    this.#overflowed = false;
  }

  /** Stops watching. */
  close(): void {
    this.#closed();
    this.#clear();
  }

  /** Memory, in bytes. */
  get bytes(): number {
    return this.#listed.byteLength + this.#slots.byteLength + this.#gone.size * 200;
  }

  #overflow(): void {
    this.#overflowed = true;
    this.#clear();
  }

  #clear(): void {
    this.#listed.fill(0);
    this.#count = 0;
    this.#gone.clear();
  }
}
