// Archivers that a test starts, and what they told.
import pino from 'pino';
import type { ArchiveCommit, ArchiveHealth, ArchiveOptions } from '../../../runtime/archive/index.ts';
import { archive } from '../../../runtime/archive/index.ts';
import type { EarlyArrivals } from '../../../runtime/history/index.ts';
import type { PostgresConnection } from '../../../runtime/postgres/pool.ts';
import { PATIENCE } from '../../support/patient.ts';
import type { FakeLog } from './fake-log.ts';
import { program, sql } from './program.ts';

export interface Told {
  readonly health: (readonly [ArchiveHealth, string | null])[];
  readonly commits: ArchiveCommit[];
  readonly failures: string[];
  readonly early: EarlyArrivals[];
  readonly dropped: (readonly [source: string, months: number, completeFrom: number])[];
  /** Messages of the log. */
  readonly said: string[];
}

export interface StartedArchiver {
  readonly told: Told;
  /** Settles when it has ended, rejects where it cannot go on. */
  readonly ended: Promise<void>;
  /** Tells it to end, and waits for that. */
  end(): Promise<void>;
}

export const µs = (): number => Date.now() * 1000;

/** Quick to try again, and to notice. */
export const impatient = { firstWait: 5, longestWait: 50, turn: 20, stale: 500 };

export function startArchiver(
  postgres: PostgresConnection,
  log: FakeLog,
  options: Partial<ArchiveOptions> = {},
): StartedArchiver {
  const told: Told = { health: [], commits: [], failures: [], early: [], dropped: [], said: [] };
  const controller = new AbortController();
  const ended = archive({
    ...{ program, sql, postgres, now: µs, signal: controller.signal },
    source: () => log.source(),
    batch: { milliseconds: 10 },
    patience: impatient,
    log: pino(
      { level: 'info' },
      { write: line => void told.said.push((JSON.parse(line) as { msg: string }).msg) },
    ),
    events: {
      health: (health, detail) => void told.health.push([health, detail]),
      committed: commit => void told.commits.push(commit),
      failed: message => void told.failures.push(message),
      early: arrivals => void told.early.push(arrivals),
      dropped: (source, months, completeFrom) => void told.dropped.push([source, months, completeFrom]),
    },
    ...options,
  });
  ended.catch(() => undefined);
  return {
    told,
    ended,
    async end() {
      controller.abort();
      await ended;
    },
  };
}

/** Polls until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
