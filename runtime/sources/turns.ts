// Control path, once a batch.

/** One after another, in order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all asked for before have settled, however they did. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
