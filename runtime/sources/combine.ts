// Control path. Several sources as one.
import type { FrontierEntry } from '../engine/record.ts';
import type { Batch, PartitionEnd, RecordSource } from './source.ts';
import { Turns } from './turns.ts';

/**
 * Reads all of them side by side; batches are taken one at a time. It ends when all have ended; where one fails the
 * others are closed, and it fails with that one's error.
 */
export function combine(sources: readonly RecordSource[]): RecordSource {
  const [only] = sources;
  return sources.length === 1 && only !== undefined ? only : new CombinedSource(sources);
}

class CombinedSource implements RecordSource {
  readonly #sources: readonly RecordSource[];
  readonly #turns = new Turns();
  #isClosing = false;

  constructor(sources: readonly RecordSource[]) {
    this.#sources = sources;
  }

  async run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    let failure: { readonly error: unknown } | null = null;
    const inTurn = (batch: Batch): Promise<void> =>
      this.#turns.take(async () => {
        if (failure === null && !this.#isClosing) await take(batch);
      });
    const runs = this.#sources.map(source =>
      source.run(from, inTurn).catch(async (error: unknown) => {
        failure ??= { error };
        await this.close();
      }),
    );
    await Promise.all(runs);
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
  }

  pause(): void {
    for (const source of this.#sources) source.pause();
  }

  resume(): void {
    for (const source of this.#sources) source.resume();
  }

  async commit(frontier: readonly FrontierEntry[]): Promise<void> {
    await Promise.all(this.#sources.map(source => source.commit(frontier)));
  }

  ends(): readonly PartitionEnd[] {
    return this.#sources.flatMap(source => [...source.ends()]);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#sources.map(source => source.close()));
  }
}
