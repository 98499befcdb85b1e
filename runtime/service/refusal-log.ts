// Control path: records that are refused, said aloud without flooding the log.
import type { Logger } from 'pino';
import type { Verdict } from '../engine/record.ts';

type RefusedVerdict = Extract<Verdict, { kind: 'refused' }>;

/** So many of a source and reason are told one by one in a minute; of the rest how many there were. */
const EACH = 5;
const MINUTE = 60_000_000;

interface Told {
  readonly since: number;
  count: number;
}

/** Metrics count every refusal, and the history keeps each with its bytes; the log names the first few. */
export class RefusalLog {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #told = new Map<string, Told>();

  /** @param now µs */
  constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  add({ position, reason, column, message }: RefusedVerdict): void {
    const key = `${position.source}: ${reason}`;
    let told = this.#told.get(key);
    if (told === undefined) {
      told = { since: this.#now(), count: 0 };
      this.#told.set(key, told);
    }
    told.count += 1;
    if (told.count <= EACH)
      this.#log.warn({ ...position, reason, column }, `a record was refused: ${message}`);
  }

  /** Sums up what has gone unsaid for a minute. */
  flush(): void {
    const now = this.#now();
    for (const [key, { since, count }] of this.#told) {
      if (now - since < MINUTE) continue;
      this.#told.delete(key);
      if (count > EACH)
        this.#log.warn({ refused: count - EACH }, `further records were refused in a minute: ${key}`);
    }
  }
}
