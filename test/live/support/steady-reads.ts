import { setTimeout as sleep } from 'node:timers/promises';
import { FeatureServiceError } from '../../../runtime/client/index.ts';
import type { ClosableTransport } from '../../../runtime/client/index.ts';
import type { FrontierEntry } from '../../../runtime/engine/record.ts';
import { partitionKey } from '../../../runtime/history/index.ts';
import { readSample } from './sample.ts';
import type { AccessorPlans, SampledRead } from './sample.ts';

/** A read that was not answered. */
export interface FailedRead {
  readonly name: string;
  /** `performance.now()` when it was asked. */
  readonly at: number;
  readonly error: unknown;
}

const LANES = 4;
const EVERY = 10;

/** Reads one after the other, a few at a time, until told to stop; each failure is kept. */
export class SteadyReads {
  answered = 0;
  /** The furthest that an answer has known, by partition. */
  readonly seen = new Map<string, number>();
  /** ms. */
  slowest = 0;
  readonly failed: FailedRead[] = [];
  readonly #transport: ClosableTransport;
  readonly #sample: readonly SampledRead[];
  readonly #lanes: Promise<void>;
  readonly #plans: AccessorPlans | undefined;
  #stopping = false;

  /** @param plans of what is served; of the worked examples unless told otherwise */
  constructor(transport: ClosableTransport, sample: readonly SampledRead[], plans?: AccessorPlans) {
    this.#transport = transport;
    this.#sample = sample;
    this.#plans = plans;
    this.#lanes = Promise.all(Array.from({ length: LANES }, (_, lane) => this.#lane(lane))).then(
      () => undefined,
    );
  }

  /** Of the failures in words: `Unavailable: connect`. */
  failures(): string[] {
    return this.failed.map(({ name, error }) => `${name}: ${reasonOf(error)}: ${String(error)}`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#lanes;
    await this.#transport.close();
  }

  #see(place: FrontierEntry): void {
    const key = partitionKey(place);
    this.seen.set(key, Math.max(place.nextOffset, this.seen.get(key) ?? 0));
  }

  async #lane(lane: number): Promise<void> {
    for (let i = lane; !this.#stopping; i += LANES) {
      const read = this.#sample[i % this.#sample.length]!;
      const at = performance.now();
      try {
        const { frontier } = await readSample(this.#transport, read, undefined, this.#plans);
        this.answered += 1;
        for (const place of frontier) this.#see(place);
        this.slowest = Math.max(this.slowest, performance.now() - at);
      } catch (error) {
        this.failed.push({ name: read.name, at, error });
      }
      await sleep(EVERY);
    }
  }
}

/** `connect`, `lost`, `timeout` … of what found no answer; else the error's code or name. */
export function reasonOf(error: unknown): string {
  if (error instanceof FeatureServiceError)
    return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.code;
  return error instanceof Error ? error.name : String(error);
}
