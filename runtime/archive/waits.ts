// Control path. Waiting, which the end of the archiver cuts short.
import { Ended } from './failure.ts';
import type { Patience } from './options.ts';

export class Waits {
  readonly #patience: Patience;
  readonly #random: () => number;
  readonly #signal: AbortSignal;
  #next: number;

  constructor(patience: Patience, random: () => number, signal: AbortSignal) {
    this.#patience = patience;
    this.#random = random;
    this.#signal = signal;
    this.#next = patience.firstWait;
  }

  get isOver(): boolean {
    return this.#signal.aborted;
  }

  /** @throws Ended as soon as the archiver is to end */
  async wait(milliseconds: number): Promise<void> {
    if (this.#signal.aborted) throw new Ended();
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        reject(new Ended());
      };
      const timer = setTimeout(() => {
        this.#signal.removeEventListener('abort', end);
        resolve();
      }, milliseconds);
      this.#signal.addEventListener('abort', end, { once: true });
    });
  }

  /** After a failure: each wait up to twice as long as the one before, and no two replicas wait alike. */
  async afterFailure(): Promise<void> {
    const longest = this.#next;
    this.#next = Math.min(2 * longest, this.#patience.longestWait);
    await this.wait(longest / 2 + (this.#random() * longest) / 2);
  }

  succeeded(): void {
    this.#next = this.#patience.firstWait;
  }
}
