// Hot path: finding a key's slot. The rest is bookkeeping.
import type { Dictionary } from '../state/dictionary.ts';
import { NO_CODE } from '../state/dictionary.ts';
import { KeyIndex, NO_SLOT } from '../state/key-index.ts';
import type { Lanes } from '../state/lanes.ts';
import { ChangedKeys } from './changed-keys.ts';
import type { Key } from './changed-keys.ts';
import type { Checkpointed } from './checkpoint-part.ts';
import { InvalidKey } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Value } from './value.ts';

export type KeyType = 'number' | 'text' | 'uuid' | 'bigint' | 'boolean';

export interface KeyPart {
  readonly name: string;
  readonly type: KeyType;
}

/** What a group's state shares with the rest of the engine. */
export interface GroupContext {
  readonly dictionary: Dictionary;
  lanesOf(source: string): Lanes;
}

/** What a feed keeps of a key beside its rows: where they are. */
const SLOT_BYTES = 17;

/** The state of one group: its keys, and the rows that each of its feeds keeps of them. */
export abstract class GroupState {
  abstract readonly name: string;
  /** One for each source the group reads. */
  abstract readonly feeds: readonly Feed[];
  readonly dictionary: Dictionary;
  readonly keys: KeyIndex;
  /** The key in hand, one number a part. */
  protected readonly key: Float64Array;
  readonly #parts: readonly KeyPart[];
  #swept = 1;
  #changed: ChangedKeys | null = null;

  constructor(context: GroupContext, parts: readonly KeyPart[]) {
    this.dictionary = context.dictionary;
    this.keys = new KeyIndex(parts.length);
    this.key = new Float64Array(parts.length);
    this.#parts = parts;
  }

  /** The visible features of a slot's key at t, by name and in order; NO_SLOT is a key never seen. */
  abstract read(slot: number, t: number, before: boolean): Record<string, Value>;

  /**
   * The slot of a key given as values.
   * @param nullable whether a part may be null: the key was found on the way, and is then one never seen
   * @throws InvalidKey where a part is missing or of a wrong type, or null and may not be
   */
  slotOf(keys: Readonly<Record<string, Value | undefined>>, nullable = false): number {
    const parts = this.#parts;
    for (let i = 0; i < parts.length; i += 1) {
      const part = parts[i]!;
      const value = keys[part.name];
      if (nullable && value === null) return NO_SLOT;
      const cell = this.#encode(part, value);
      if (cell === NO_CODE && part.type !== 'number') return NO_SLOT;
      this.key[i] = cell;
    }
    return parts.length === 1 ? this.keys.find1(this.key[0]!) : this.keys.find(this.key);
  }

  /** The slot of a key of one number, new where it must be. */
  slotOfNumber(key: number): number {
    const slot = this.keys.find1(key);
    if (slot !== NO_SLOT) return slot;
    this.key[0] = key;
    return this.#insert();
  }

  /** The slot of the key that `setKey` put together, new where it must be. */
  slotOfKey(): number {
    const slot = this.keys.find(this.key);
    return slot !== NO_SLOT ? slot : this.#insert();
  }

  /** Sets a part of the key in hand. */
  setKey(part: number, cell: number): void {
    this.key[part] = cell;
  }

  /**
   * Looks after `count` keys, and two for each that is new since the last time: so that, however many new keys come,
   * those of which nothing can be read any more are a third of all at most.
   */
  sweep(count: number): void {
    const visits = Math.min(count + 2 * this.keys.takeInserted(), this.keys.end - 1);
    for (let i = 0; i < visits; i += 1) {
      this.#swept = this.#swept + 1 < this.keys.end ? this.#swept + 1 : 1;
      if (this.keys.isLive(this.#swept)) this.#sweepKey(this.#swept);
    }
  }

  /** @throws TypeError where the group is watched already */
  watch(limit: number | undefined): ChangedKeys {
    if (this.#changed !== null)
      throw new TypeError(`${this.name} is watched already: close that watch first`);
    const changed = new ChangedKeys(this, () => this.#setWatch(null), limit);
    this.#setWatch(changed);
    return changed;
  }

  #setWatch(changed: ChangedKeys | null): void {
    this.#changed = changed;
    for (const feed of this.feeds) feed.watch(changed);
  }

  /** The key of a live slot. */
  keyOf(slot: number): Key {
    const key: Key = {};
    this.#parts.forEach(({ name, type }, i) => {
      const cell = this.keys.parts[i]![slot]!;
      key[name] = type === 'number' ? cell : type === 'boolean' ? cell === 1 : this.dictionary.value(cell);
    });
    return key;
  }

  /** Memory of what is held, in bytes. */
  get bytes(): number {
    const feeds = this.feeds.reduce((sum, feed) => sum + feed.bytes + this.keys.size * SLOT_BYTES, 0);
    return this.keys.bytes + feeds + (this.#changed?.bytes ?? 0);
  }

  parts(): readonly Checkpointed[] {
    return [this.keys, ...this.feeds.flatMap(feed => feed.parts())];
  }

  /** After the keys are restored: holds the texts and bigints they are made of. */
  holdKeys(): void {
    this.#parts.forEach(({ type }, i) => {
      if (type === 'number' || type === 'boolean') return;
      const cells = this.keys.parts[i]!;
      for (let slot = 1; slot < this.keys.end; slot += 1)
        if (this.keys.isLive(slot)) this.dictionary.acquire(cells[slot]!);
    });
  }

  #insert(): number {
    const slot = this.keys.insert(this.key);
    this.#parts.forEach((part, i) => {
      if (part.type !== 'number' && part.type !== 'boolean') this.dictionary.acquire(this.key[i]!);
    });
    return slot;
  }

  #sweepKey(slot: number): void {
    let empty = true;
    for (const feed of this.feeds) empty = feed.sweep(slot) && empty;
    if (!empty) return;
    this.#changed?.removing(slot);
    this.#parts.forEach((part, i) => {
      if (part.type !== 'number' && part.type !== 'boolean')
        this.dictionary.release(this.keys.parts[i]![slot]!);
    });
    this.keys.remove(slot);
  }

  #encode({ name, type }: KeyPart, value: Value | undefined): number {
    switch (type) {
      case 'number':
        if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0;
        break;
      case 'boolean':
        if (typeof value === 'boolean') return value ? 1 : 0;
        break;
      case 'bigint':
        if (typeof value === 'bigint') return this.dictionary.find(value);
        break;
      case 'uuid':
        if (typeof value === 'string') return this.dictionary.find(value.toLowerCase());
        break;
      case 'text':
        if (typeof value === 'string') return this.dictionary.find(value);
    }
    throw new InvalidKey(this.name, name, type, value);
  }
}
