// The service's metrics. Hot path: `onRead`, `wantsValues`, `onRequest`; the rest is fetched at the scrape.
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { InnerValue } from '../client/transport.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { Happenings } from './happenings.ts';
import type { Observed } from './observed.ts';
import { registerReadMetrics, registerValueMetrics } from './read-metrics.ts';
import { Reads } from './reads.ts';
import type { TransportName } from './reads.ts';
import { Recent } from './recent.ts';
import type { RecentReads } from './recent.ts';
import { ServedValues } from './served-values.ts';
import { registerSourceMetrics } from './source-metrics.ts';
import { registerStateMetrics } from './state-metrics.ts';

export interface MetricsOptions {
  readonly plan: ServingPlan;
  /** The version of skewless. */
  readonly version: string;
  /** Metrics of the process too. */
  readonly process: boolean;
  /** Statistics of values: one answer in `every`, of the last `window` µs; null: none. */
  readonly values: { readonly every: number; readonly window: number } | null;
  /** µs. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** All of a service's metrics, in a registry of their own. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #plan: ServingPlan;
  readonly #reads: Reads;
  readonly #recent: Recent;
  readonly #happenings: Happenings;
  readonly #values: ServedValues | null;

  constructor({ plan, version, process, values, now, random }: MetricsOptions) {
    this.#plan = plan;
    this.#reads = new Reads(plan.served.map(({ name }) => name));
    this.#recent = new Recent(this.#reads, now);
    this.#happenings = new Happenings(plan.sources.map(({ name }) => name));
    this.#values = values === null ? null : new ServedValues(plan, { ...values, now, random });
    registerReadMetrics(this.#registry, this.#reads);
    if (this.#values !== null) registerValueMetrics(this.#registry, this.#values);
    const build = new Gauge({
      name: 'skewless_build_info',
      help: 'Always 1: the version, and the fingerprint of the features that are served',
      labelNames: ['version', 'fingerprint'],
      registers: [this.#registry],
    });
    build.set({ version, fingerprint: plan.fingerprint }, 1);
    if (process) collectDefaultMetrics({ register: this.#registry });
  }

  /** Once, as soon as the state is there, and before it takes a record: counters count from here. */
  observe(observed: Observed): void {
    registerSourceMetrics(this.#registry, this.#plan, observed, this.#happenings);
    registerStateMetrics(this.#registry, this.#plan, observed, this.#happenings);
    this.#recent.observe(observed);
  }

  /** The state answered a request for so many keys. */
  onRead(served: string, keys: number, seconds: number): void {
    this.#reads.answered(served, keys, seconds);
  }

  /**
   * A server is done with a request.
   * @param served null where the request named none
   * @param result `ok`, or the code of the error
   */
  onRequest(
    transport: TransportName,
    served: string | null,
    result: string | number,
    keys: number,
    seconds: number,
  ): void {
    this.#reads.requested(transport, served, resultText(result), keys, seconds);
  }

  /** Whether the values of this answer are to be handed to `observeValues`: asked once for each answer. */
  wantsValues(): boolean {
    return this.#values !== null && this.#values.wants();
  }

  /** The values of one key, as they stand inside. */
  observeValues(served: string, values: Readonly<Record<string, InnerValue>>): void {
    this.#values?.observe(served, values);
  }

  /** From an event's time to its arrival, s; of as many records as the caller cares to sample. */
  onEventDelay(source: string, seconds: number): void {
    this.#happenings.delays.get(source)?.add(seconds);
  }

  /** A checkpoint is durable. @param pause the longest stretch of work between two turns of reads, s */
  onCheckpoint(seconds: number, pause: number): void {
    this.#happenings.checkpoints.add(seconds);
    this.#happenings.checkpointPauses.add(pause);
  }

  onCheckpointFailed(): void {
    this.#happenings.checkpointFailures += 1;
  }

  /** @param store `redis` */
  onStored(store: string, keys: number): void {
    this.#happenings.store(store).rows += keys;
  }

  onStoreFailed(store: string): void {
    this.#happenings.store(store).failures += 1;
  }

  /** A batch of the history is committed. */
  onArchived(rows: number, seconds: number): void {
    this.#happenings.archived.rows += rows;
    this.#happenings.archiveBatches.add(seconds);
  }

  onArchiveFailed(): void {
    this.#happenings.archived.failures += 1;
  }

  /** Reads of the audit log: written, or dropped because there was no room for them to wait. */
  onAudited(result: 'written' | 'dropped', reads: number): void {
    this.#happenings.audited[result] += reads;
  }

  onAuditFailed(): void {
    this.#happenings.audited.failures += 1;
  }

  /** Notes where the counters stand, for `recent`: to be called about once a second. */
  tick(): void {
    this.#recent.tick();
  }

  /** Reads and events of the last ten seconds, for `/status`. */
  recent(): RecentReads {
    return this.#recent.read();
  }

  /** What `/metrics` answers, with `contentType`. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  close(): void {
    this.#registry.clear();
  }
}

function resultText(result: string | number): string {
  if (typeof result === 'string') return result;
  return result < 400 ? 'ok' : String(result);
}
