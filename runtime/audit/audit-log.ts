// Hot path: `answered`, which passes over all but a sample. What it picks waits in memory to be written, and never
// keeps a read waiting: when there is no more room it is dropped, and counted.
import type { ReadAnswer, ReadRequest } from '../client/transport.ts';
import type { FrontierEntry } from '../engine/record.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { frontierText } from './frontier-text.ts';
import type { LoggedRead } from './logged-read.ts';
import { rowText } from './row-text.ts';
import { Sampler } from './sampler.ts';

export interface AuditEvents {
  written(reads: number): void;
  /** There was no room. */
  dropped(reads: number): void;
  /** The first of several failures; what waits is tried again. */
  failed(error: unknown): void;
  /** After a failure it is written again. */
  recovered(): void;
}

export interface AuditLogOptions {
  readonly plan: Pick<ServingPlan, 'served'>;
  /** Of the requests, above 0, at most 1. A request is logged with all of its keys. */
  readonly sample: number;
  /** Reads that may wait. */
  readonly limit: number;
  /** In [0, 1). */
  readonly random: () => number;
  /** µs. */
  readonly now: () => number;
  /** Settles when they are durable. */
  readonly write: (reads: readonly LoggedRead[]) => Promise<void>;
  readonly events: AuditEvents;
}

/** Written at once: so few that to send them keeps no read waiting. */
const BATCH = 500;

/** A sample of what was served, on its way to where it is kept. */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #sampler: Sampler;
  readonly #fingerprints: ReadonlyMap<string, string>;
  #waiting: LoggedRead[] = [];
  #frontier: { readonly of: readonly FrontierEntry[]; readonly text: string } | null = null;
  #writing: Promise<void> | null = null;
  #failing = false;

  constructor(options: AuditLogOptions) {
    const { plan, sample, random } = options;
    this.#options = options;
    this.#sampler = new Sampler(sample, random);
    this.#fingerprints = new Map(plan.served.map(each => [idOf(each.kind, each.name), each.fingerprint]));
  }

  answered(request: ReadRequest, answer: ReadAnswer): void {
    if (this.#sampler.picks()) this.#add(request, answer);
  }

  /** Writes what waits; settles when it is written, or could not be. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
    return this.#writing;
  }

  #add({ kind, name, keys }: ReadRequest, { at, frontier, values }: ReadAnswer): void {
    const { limit, now, events } = this.#options;
    const room = Math.max(0, limit - this.#waiting.length);
    const taken = Math.min(keys.length, room);
    if (taken < keys.length) events.dropped(keys.length - taken);
    if (taken === 0) return;
    const shared = {
      ...{ readAt: now(), kind, name, t: at },
      fingerprint: this.#fingerprints.get(idOf(kind, name)) ?? '',
      frontier: this.#textOf(frontier),
    };
    // At once, as text: whoever was answered may do with the values what he likes.
    for (let i = 0; i < taken; i += 1)
      this.#waiting.push({ ...shared, request: rowText(keys[i]!), values: rowText(values[i]!) });
  }

  #textOf(frontier: readonly FrontierEntry[]): string {
    if (this.#frontier?.of !== frontier) this.#frontier = { of: frontier, text: frontierText(frontier) };
    return this.#frontier.text;
  }

  async #write(): Promise<void> {
    const { write, events } = this.#options;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      try {
        await write(batch);
      } catch (error) {
        if (!this.#failing) events.failed(error);
        this.#failing = true;
        return;
      }
      // Others have come meanwhile, behind these.
      this.#waiting = this.#waiting.slice(batch.length);
      events.written(batch.length);
      if (this.#failing) events.recovered();
      this.#failing = false;
    }
  }
}

const idOf = (kind: string, name: string): string => `${kind} ${name}`;
