// Control path.
import type { KafkaOptions } from './options.ts';

/** Ever longer pauses up to the configured most, scattered so that instances do not come back all at once. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  readonly #random: () => number;
  #tries = 0;

  constructor({
    retry = { first: 250, most: 10_000 },
    random = Math.random,
  }: Pick<KafkaOptions, 'retry' | 'random'>) {
    this.#first = retry.first;
    this.#most = retry.most;
    this.#random = random;
  }

  /** ms. */
  next(): number {
    const pause = Math.min(this.#most, this.#first * 2 ** Math.min(this.#tries, 30));
    this.#tries += 1;
    return pause * (0.5 + this.#random() / 2);
  }

  reset(): void {
    this.#tries = 0;
  }
}
