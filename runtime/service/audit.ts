// Control path, but for `answered`: the audit log of a service, and what operators are told of it.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { appendReads, forgetReads } from '../audit/audit-table.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { ReadAnswer, ReadRequest } from '../client/transport.ts';
import type { AuditSettings } from '../config/settings.ts';
import type { Metrics } from '../observe/metrics.ts';
import { parsePostgresUrl } from '../postgres/existing.ts';
import { createPool } from '../postgres/pool.ts';
import type { ServingPlan } from '../serve/plan.ts';

export interface AuditOptions {
  readonly plan: ServingPlan;
  /** µs. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly metrics: Pick<Metrics, 'onAudited' | 'onAuditFailed'>;
  readonly log: Logger;
}

/** What is old is forgotten so often, µs. */
const HOUR = 3_600_000_000;
/** What waits at the end has so long to be written, ms. */
const FAREWELL = 3_000;

export class Audit {
  readonly #settings: AuditSettings;
  readonly #options: AuditOptions;
  readonly #pool: pg.Pool;
  readonly #reads: AuditLog;
  #dropping = false;
  #forgotAt = -Infinity;

  /** @param url of the history's database */
  constructor(settings: AuditSettings, url: string, options: AuditOptions) {
    const { plan, now, random, metrics, log } = options;
    this.#settings = settings;
    this.#options = options;
    this.#pool = createPool(parsePostgresUrl(url), { max: 1 });
    this.#reads = new AuditLog({
      ...{ plan, sample: settings.sample, limit: settings.waiting, random, now },
      write: reads => appendReads(this.#pool, reads),
      events: {
        written: reads => {
          metrics.onAudited('written', reads);
          this.#dropping = false;
        },
        dropped: reads => {
          metrics.onAudited('dropped', reads);
          if (!this.#dropping)
            log.warn(
              { waiting: settings.waiting },
              'the audit log has no more room: reads are dropped from it',
            );
          this.#dropping = true;
        },
        failed: error => {
          metrics.onAuditFailed();
          log.warn({ err: error }, 'the audit log cannot be written: it waits, and serving goes on');
        },
        recovered: () => log.info('the audit log is written again'),
      },
    });
  }

  /** Hot path. */
  answered(request: ReadRequest, answer: ReadAnswer): void {
    this.#reads.answered(request, answer);
  }

  /** Writes what waits, and forgets what is old. */
  flush(): void {
    void this.#reads.flush();
    const now = this.#options.now();
    if (now - this.#forgotAt < HOUR) return;
    this.#forgotAt = now;
    // What keeps it from being written keeps it from being forgotten, and has been said.
    forgetReads(this.#pool, now - this.#settings.keep * 1000).catch(() => undefined);
  }

  /** Writes what waits, if PostgreSQL takes it in time. */
  async close(): Promise<void> {
    const farewell = sleep(FAREWELL, undefined, { ref: false });
    await Promise.race([this.#reads.flush().then(() => this.#pool.end()), farewell]).catch(() => undefined);
  }
}
