// Control path.

/** Open or shut; who comes while it is shut waits. */
export class Gate {
  #opened: PromiseWithResolve | null = null;

  get isShut(): boolean {
    return this.#opened !== null;
  }

  shut(): void {
    if (this.#opened !== null) return;
    let resolve = (): void => undefined;
    const promise = new Promise<void>(done => {
      resolve = done;
    });
    this.#opened = { promise, resolve };
  }

  open(): void {
    this.#opened?.resolve();
    this.#opened = null;
  }

  /** Settles at once where it is open. */
  async pass(): Promise<void> {
    while (this.#opened !== null) await this.#opened.promise;
  }
}

interface PromiseWithResolve {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}
