import type { HashWriter } from '../../../runtime/stores/hash-writer.ts';
import type { StoredHash } from '../../../runtime/stores/stored-hash.ts';

interface Held {
  readonly fields: Readonly<Record<string, string>>;
  readonly until: number;
  readonly writtenAt: number;
}

/** Hashes in memory that are forgotten in time. */
export class FakeRedis implements HashWriter {
  isReady = true;
  /** Why writes fail; null: they do not. */
  failure: string | null = null;
  /** The hash whose writes fail. */
  refused: string | null = null;
  writes = 0;
  largest = 0;
  underWay = 0;
  mostUnderWay = 0;
  closed = false;
  readonly #held = new Map<string, Held>();

  constructor(readonly now: () => number) {}

  async write(hashes: readonly StoredHash[], ttl: number): Promise<void> {
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    // As long as a few slices take.
    for (let turn = 0; turn < 4; turn += 1) await new Promise(resolve => setImmediate(resolve));
    this.underWay -= 1;
    if (this.failure !== null) throw new Error(this.failure);
    if (hashes.some(({ name }) => name === this.refused)) throw new Error(`${this.refused} is refused`);
    this.writes += 1;
    this.largest = Math.max(this.largest, hashes.length);
    for (const { name, fields } of hashes) {
      const entries = Array.from({ length: fields.length / 2 }, (_, i) => [
        fields[2 * i]!,
        fields[2 * i + 1]!,
      ]);
      this.#held.set(name, {
        fields: Object.fromEntries(entries) as Record<string, string>,
        until: this.now() + ttl,
        writtenAt: this.now(),
      });
    }
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  get(name: string): Readonly<Record<string, string>> | null {
    const held = this.#held.get(name);
    return held === undefined || held.until <= this.now() ? null : held.fields;
  }

  writtenAt(name: string): number {
    return this.#held.get(name)?.writtenAt ?? -Infinity;
  }

  /** It was started anew, without what it held. */
  lose(): void {
    this.#held.clear();
  }
}
