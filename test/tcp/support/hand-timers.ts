import type { Timers } from '../../../runtime/serve/tcp/timers.ts';

/** Time that passes when it is told to. */
export class HandTimers implements Timers {
  #now = 0;
  #due: { readonly at: number; readonly run: () => void }[] = [];

  now = (): number => this.#now;

  after = (ms: number, run: () => void): (() => void) => {
    const entry = { at: this.#now + ms, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter(each => each !== entry);
    };
  };

  /** Lets `ms` pass, and what is due in it happen in order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter(each => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}
