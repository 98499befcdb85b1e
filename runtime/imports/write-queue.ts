// Hot path of an import. What is to be written waits for its turn on the one connection, while more is decoded.

/** Bytes that may wait: the server builds a month's indexes while rows of the next are decoded. */
const mostWaiting = 24 * 1024 * 1024;
/**
 * With more than this waiting, rows are decoded only while the server is at work by itself: rows that are sent want
 * this process too, and are sent four times as fast where it does nothing else.
 */
const fewWaiting = 4 * 1024 * 1024;

export class WriteQueue {
  #waiting = 0;
  /** Bytes are being sent. */
  #isSending = false;
  #isStopped = false;
  #last: Promise<void> = Promise.resolve();
  readonly #writes: Promise<void>[] = [];

  /**
   * Runs a write behind those before it; where one has failed, none that follows is begun.
   * @param bytes that it sends; 0: the server works by itself
   */
  add(bytes: number, write: () => Promise<void>): void {
    this.#waiting += bytes;
    this.#last = this.#last.then(async () => {
      if (this.#isStopped) return;
      this.#isSending = bytes > 0;
      await write();
      this.#isSending = false;
      this.#waiting -= bytes;
      void this.#writes.shift();
    });
    this.#writes.push(this.#last);
    // It is waited for by `room` or `end`; until then, a failure is no unhandled one.
    this.#last.catch(() => undefined);
  }

  /** Settles when more rows may be decoded. @throws where a write has failed */
  async room(): Promise<void> {
    while (this.#waiting > (this.#isSending ? fewWaiting : mostWaiting)) await this.#writes[0];
  }

  /** Settles when all is written. @throws where a write has failed */
  async end(): Promise<void> {
    await this.#last;
  }

  /** Settles when nothing is being written; what still waited is not. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#last.catch(() => undefined);
  }
}
