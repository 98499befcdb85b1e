// Control path.
import type { Value } from '../engine/value.ts';

export type Key = Record<string, Value>;

/** Walks the keys of a group, which stand at places that they keep while they live. */
export type WalkKeys = (
  cursor: number,
  count: number,
) => { readonly keys: readonly Key[]; readonly next: number | null };

/** The next key; none: there was none up to the end. */
interface Ahead {
  readonly key: Key | null;
  readonly place: number;
  /** Where to look on behind it. */
  readonly after: number;
  /** When it was looked for. */
  readonly at: number;
}

/** A look ahead is good for this share of a period: keys that are born behind it meanwhile come as much later. */
const AHEAD = 0.05;

/**
 * Comes by every key once in each period, at the same share of it each time: between two visits to a key lie a period
 * and a twentieth at most, while the walk is not held up. A key counts as visited when it is born.
 *
 *   1. A key's place p among E places is due at p/E of the period. E is the most places ever seen, so a key is never
 *      due later in a period than in the one before.
 *   2. Keys that have come at places behind E during a period are due at its end.
 *   3. A period that was held up is followed by the next at once.
 *   4. Places are looked at no earlier than a twentieth of a period before they are due: a key may be born at one
 *      that was free.
 *
 * The first round, and one after `hurry`, makes all haste.
 */
export class PacedWalk {
  readonly #walk: WalkKeys;
  readonly #period: number;
  #places = 1;
  /** Where the next look begins. */
  #cursor = 0;
  #started: number | null = null;
  #hurries = true;
  #ahead: Ahead | null = null;
  #done = false;

  /** @param period in the unit of `now` */
  constructor(walk: WalkKeys, period: number) {
    this.#walk = walk;
    this.#period = period;
  }

  /** When the round under way began; null: none is. */
  get started(): number | null {
    return this.#started;
  }

  /** Begins anew, with all haste. */
  hurry(): void {
    this.#started = null;
    this.#hurries = true;
  }

  /** The next key that is due; null: none for now. */
  next(now: number): Key | null {
    if (this.#started === null) this.#begin(now);
    const share = (now - this.#started!) / this.#period;
    const target = this.#hurries || share >= 1 ? Infinity : this.#places * share;
    this.#forget(now, target);
    const ahead = (this.#ahead ??= this.#look(now));
    if (ahead.key === null) {
      this.#done = target === Infinity;
      return null;
    }
    if (ahead.place > target) return null;
    this.#cursor = ahead.after;
    this.#ahead = null;
    return ahead.key;
  }

  /**
   * Ends the round if all keys have been come by, and begins the next in its time. To be asked after `next` gave null.
   * @returns when the round began that has ended, or null
   */
  endRound(now: number): number | null {
    if (this.#started === null || !this.#done) return null;
    const started = this.#started;
    this.#begin(this.#hurries ? now : Math.max(started + this.#period, now - this.#period));
    this.#hurries = false;
    return started;
  }

  #begin(now: number): void {
    this.#started = now;
    this.#cursor = 0;
    this.#ahead = null;
    this.#done = false;
  }

  /** What was looked at too long ago is looked at again, from what is due now. */
  #forget(now: number, target: number): void {
    const ahead = this.#ahead;
    if (ahead === null || ahead.at === now) return;
    const isEnd = ahead.key === null && target === Infinity;
    if (!isEnd && (ahead.place <= target || now - ahead.at < this.#period * AHEAD)) return;
    if (target !== Infinity) this.#cursor = Math.max(this.#cursor, Math.floor(target));
    this.#ahead = null;
  }

  #look(now: number): Ahead {
    const { keys, next } = this.#walk(this.#cursor, 1);
    const key = keys[0] ?? null;
    if (next !== null) this.#places = Math.max(this.#places, next);
    // Where the last one stands is not told: at the end, which it is due at.
    if (next === null)
      return { key, place: key === null ? Infinity : this.#places, after: Infinity, at: now };
    return { key, place: next - 1, after: next, at: now };
  }
}
