import type { ReadAnswer, ReadRequest } from '../../../runtime/client/transport.ts';
import type { Value } from '../../../runtime/engine/value.ts';
import type { Key } from '../../../runtime/stores/paced-walk.ts';
import type { StoreEngine } from '../../../runtime/stores/redis-store.ts';

/** Keys `id` of one group at slots, as the engine has them; a value that tells when and of which version it is. */
export class FakeEngine implements StoreEngine {
  /** By slot from 1 on; undefined: free. */
  readonly slots: (number | undefined)[] = [undefined];
  readonly versions = new Map<number, number>();
  readonly poison = new Set<number>();
  changed: number[] = [];
  overflowed = false;
  restarts = 0;
  limit = Infinity;
  watches = 0;

  constructor(readonly nowUs: () => number) {}

  /** An event for this key. */
  touch(id: number): void {
    this.versions.set(id, (this.versions.get(id) ?? 0) + 1);
    if (!this.slots.includes(id)) {
      const free = this.slots.indexOf(undefined, 1);
      this.slots[free === -1 ? this.slots.length : free] = id;
    }
    if (this.overflowed || this.changed.includes(id)) return;
    if (this.changed.length >= this.limit) {
      this.overflowed = true;
      this.changed = [];
    } else this.changed.push(id);
  }

  remove(id: number): void {
    this.slots[this.slots.indexOf(id)] = undefined;
    this.versions.delete(id);
  }

  watch(): ReturnType<StoreEngine['watch']> {
    this.watches += 1;
    const drain = (max: number): Key[] => this.changed.splice(0, max).map(id => ({ id }));
    const restart = (): void => {
      this.changed = [];
      this.overflowed = false;
      this.restarts += 1;
    };
    const isOverflowed = (): boolean => this.overflowed;
    return {
      drain,
      get overflowed() {
        return isOverflowed();
      },
      restart,
      close: () => (this.watches -= 1),
    };
  }

  keys(_group: string, cursor: number, count: number): { keys: Key[]; next: number | null } {
    const keys: Key[] = [];
    let slot = Math.max(1, cursor);
    for (; slot < this.slots.length && keys.length < count; slot += 1)
      if (this.slots[slot] !== undefined) keys.push({ id: this.slots[slot]! });
    return { keys, next: slot < this.slots.length ? slot : null };
  }

  unseen = (): Record<string, Value> => this.#values(-1);

  answer = ({ keys, at = this.nowUs() }: ReadRequest): ReadAnswer => ({
    at,
    frontier: [],
    values: keys.map(({ id }) => {
      if (this.poison.has(id as number)) throw new Error(`the key ${String(id)} is poison`);
      return this.#values(id as number);
    }),
  });

  #values(id: number): Record<string, Value> {
    const version = this.versions.get(id);
    return { twice: version ?? 0, text: version === undefined || version % 2 === 0 ? null : `v${version}` };
  }
}
