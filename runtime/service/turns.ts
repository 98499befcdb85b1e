// Control path: what the service does every so often.

/** A thing to be done again and again, `every` ms from the end of one to the begin of the next. */
export interface Turn {
  readonly every: number;
  readonly run: () => void;
}

/** Timers that all stop at once. */
export class Turns {
  readonly #timers: NodeJS.Timeout[];

  constructor(turns: readonly Turn[]) {
    this.#timers = turns.map(({ every, run }) => setInterval(run, every));
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
