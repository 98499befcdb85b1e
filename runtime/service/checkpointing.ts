// Control path: when checkpoints are taken.
import type { FrontierEntry } from '../engine/record.ts';

export interface CheckpointingOptions {
  /** From the end of one to the begin of the next, ms. */
  readonly every: number;
  /** Takes one and settles when it is durable; rejects where it could not be written. */
  readonly take: () => Promise<readonly FrontierEntry[]>;
  /** Told how far the state has durably come. */
  readonly committed: (frontier: readonly FrontierEntry[]) => Promise<void>;
  /** Told of a failure; the state goes on, and the next try comes in its time. */
  readonly failed: (error: unknown) => void;
}

/** Takes a checkpoint every so often, one at a time. */
export class Checkpointing {
  readonly #options: CheckpointingOptions;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<boolean> | null = null;
  #stopped = false;

  constructor(options: CheckpointingOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped) return;
    const lap = (): void => void this.take().then(() => this.start());
    this.#timer = setTimeout(lap, this.#options.every);
  }

  /** Takes one now, or waits for the one under way. @returns whether it is durable */
  take(): Promise<boolean> {
    this.#running ??= this.#take().finally(() => (this.#running = null));
    return this.#running;
  }

  /** No more by the clock; waits for the one under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  async #take(): Promise<boolean> {
    try {
      const frontier = await this.#options.take();
      await this.#options.committed(frontier);
      return true;
    } catch (error) {
      this.#options.failed(error);
      return false;
    }
  }
}
