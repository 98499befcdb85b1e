// Control path. Between the source, which hands over, and the writer: while one batch is written, the next one fills.
import type { RecordSource, Batch } from '../sources/source.ts';
import { Ended } from './failure.ts';
import type { ArchiveOptions, ArchivePosition } from './options.ts';
import type { Pending } from './pending.ts';
import type { Reading } from './reading.ts';
import type { Writer } from './writer.ts';

export interface PumpParts {
  readonly source: RecordSource;
  readonly pending: Pending;
  readonly reading: Reading;
  readonly writer: Writer;
  /** Ms that records wait for company. */
  readonly milliseconds: number;
  /** What is to be done now and then, between two transactions. */
  readonly housekeeping: () => Promise<void>;
}

/** Ms. Even with nothing to write, a word now and then: arrivals become complete, and the turn is seen to be alive. */
const longestSilence = 5_000;

export class Pump {
  readonly #parts: PumpParts;
  readonly #options: ArchiveOptions;
  #isFinished = false;
  #failure: unknown = null;
  #wake: () => void = () => undefined;
  /** What takers wait for; null: there is room. */
  #room: Promise<void> | null = null;
  #resolveRoom: () => void = () => undefined;
  #isShowing = false;

  constructor(parts: PumpParts, options: ArchiveOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Takes a batch; its promise is kept when there is room for the next. */
  async take(batch: Batch): Promise<void> {
    if (this.#failure !== null || this.#isFinished) throw new Ended();
    const { pending, reading } = this.#parts;
    pending.add(batch);
    reading.taken(batch);
    if (!pending.isFull) return;
    this.#room ??= new Promise(resolve => {
      this.#resolveRoom = resolve;
    });
    this.#wake();
    await this.#room;
    if (this.#failure !== null) throw new Ended();
  }

  /** Nothing more will be taken: what waits is written, and `run` settles. */
  finish(): void {
    this.#isFinished = true;
    this.#wake();
  }

  /** @throws what the writer throws */
  async run(): Promise<void> {
    try {
      const { pending, milliseconds } = this.#parts;
      const silence = Math.min(5 * milliseconds, longestSilence);
      // At once, so that it is known where the history stands.
      let written = -Infinity;
      for (;;) {
        const isLast = this.#isFinished;
        const waited = performance.now() - written;
        if (isLast || pending.isFull || waited >= (pending.isEmpty ? silence : milliseconds)) {
          await this.#write();
          written = performance.now();
        }
        if (isLast) return;
        await this.#parts.housekeeping();
        if (!pending.isFull && !this.#isFinished) await this.#pause(Math.min(milliseconds, silence));
      }
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      this.#roomMade();
    }
  }

  /** What has been handed over, and what that shows, is one transaction. */
  async #write(): Promise<void> {
    const { source, pending, reading, writer } = this.#parts;
    const records = pending.take();
    const reaches = reading.reaches(source.ends());
    const positions = reading.positions();
    this.#roomMade();
    const started = performance.now();
    const { early, ...result } = await writer.append(records, reaches);
    const { events, log } = this.#options;
    for (const arrivals of early) {
      log.error(
        { ...arrivals },
        'records arrived before an instant of which all was said to be in: raise clockSkew; training sets made before now may lack them',
      );
      events.early(arrivals);
    }
    events.committed({ ...result, milliseconds: performance.now() - started, positions });
    this.#show(positions);
  }

  /** Nobody waits for what is for display alone: where the log's servers are slow, one of several is shown. */
  #show(positions: readonly ArchivePosition[]): void {
    if (this.#isShowing) return;
    this.#isShowing = true;
    const shown = (): void => {
      this.#isShowing = false;
    };
    this.#parts.source.commit(positions).then(shown, shown);
  }

  #roomMade(): void {
    this.#room = null;
    this.#resolveRoom();
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
