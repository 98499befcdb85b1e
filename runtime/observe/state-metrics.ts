import type { Registry } from 'prom-client';
import type { ServingPlan } from '../serve/plan.ts';
import type { Happenings } from './happenings.ts';
import { lazyCounter, lazyGauge, single } from './lazy-metrics.ts';
import type { Reading } from './lazy-metrics.ts';
import type { Observed } from './observed.ts';
import { registerLag } from './source-metrics.ts';
import { TallyHistogram } from './tally-histogram.ts';

/** Memory, checkpoints, and what is written elsewhere: the archive and the stores. */
export function registerStateMetrics(
  registry: Registry,
  plan: ServingPlan,
  observed: Observed,
  happenings: Happenings,
): void {
  registerMemory(registry, observed);
  registerCheckpoints(registry, observed, happenings);
  registerArchive(registry, plan, observed, happenings);
  registerAudit(registry, happenings);
  const stores = (count: 'rows' | 'failures') => (): Reading[] =>
    [...happenings.stores].map(([store, written]) => [{ store }, written[count]]);
  lazyCounter(registry, {
    name: 'skewless_store_writes_total',
    help: 'Keys written to an online store',
    labels: ['store'],
    read: stores('rows'),
  });
  lazyCounter(registry, {
    name: 'skewless_store_write_failures_total',
    help: 'Writes to an online store that failed; they are tried again',
    labels: ['store'],
    read: stores('failures'),
  });
}

function registerMemory(registry: Registry, observed: Observed): void {
  lazyGauge(registry, {
    name: 'skewless_ready',
    help: '1 while /readyz says ready, else 0',
    read: () => single(observed.ready() ? 1 : 0),
  });
  lazyGauge(registry, {
    name: 'skewless_state_bytes',
    help: 'What the state holds in memory',
    read: () => single(observed.state().bytes),
  });
  lazyGauge(registry, {
    name: 'skewless_state_ceiling_bytes',
    help: 'Where the sources are paused; absent where no ceiling is set',
    read: () => single(observed.state().ceiling),
  });
  lazyGauge(registry, {
    name: 'skewless_paused',
    help: '1 while the sources are paused because the state has reached its ceiling, else 0',
    read: () => single(observed.state().paused ? 1 : 0),
  });
}

function registerCheckpoints(registry: Registry, observed: Observed, happenings: Happenings): void {
  lazyGauge(registry, {
    name: 'skewless_checkpoint_age_seconds',
    help: 'Since the newest durable checkpoint was begun; absent where there is none',
    read: () => single(observed.checkpoint().age),
  });
  lazyGauge(registry, {
    name: 'skewless_checkpoint_bytes',
    help: 'Size of the newest durable checkpoint',
    read: () => single(observed.checkpoint().bytes),
  });
  new TallyHistogram(registry, {
    name: 'skewless_checkpoint_duration_seconds',
    help: 'From the begin of a checkpoint until it was durable',
    tallies: () => [[{}, happenings.checkpoints]],
  });
  new TallyHistogram(registry, {
    name: 'skewless_checkpoint_pause_seconds',
    help: 'The longest that reads had to wait for a piece of a checkpoint',
    tallies: () => [[{}, happenings.checkpointPauses]],
  });
  lazyCounter(registry, {
    name: 'skewless_checkpoint_failures_total',
    help: 'Checkpoints that could not be written; the one before stays',
    read: () => single(happenings.checkpointFailures),
  });
}

function registerAudit(registry: Registry, { audited }: Happenings): void {
  lazyCounter(registry, {
    name: 'skewless_audit_reads_total',
    help: 'Reads that were picked for the audit log: written, or dropped because there was no room for them to wait',
    labels: ['result'],
    read: (): Reading[] => [
      [{ result: 'written' }, audited.written],
      [{ result: 'dropped' }, audited.dropped],
    ],
  });
  lazyCounter(registry, {
    name: 'skewless_audit_failures_total',
    help: 'Outages of the audit log; what waits is written after them',
    read: () => single(audited.failures),
  });
}

function registerArchive(
  registry: Registry,
  plan: ServingPlan,
  observed: Observed,
  happenings: Happenings,
): void {
  const active = (): number | null => {
    const archive = observed.archive();
    return archive === null ? null : archive.active ? 1 : 0;
  };
  lazyGauge(registry, {
    name: 'skewless_archive_active',
    help: '1 while this instance is the one that archives, 0 while another is; absent where it never does',
    read: () => single(active()),
  });
  registerLag(
    registry,
    plan,
    'skewless_archive_lag',
    'the history does not have',
    () => observed.archive()?.lag ?? [],
  );
  lazyCounter(registry, {
    name: 'skewless_archive_rows_total',
    help: 'Records appended to the history',
    read: () => single(happenings.archived.rows),
  });
  lazyCounter(registry, {
    name: 'skewless_archive_failures_total',
    help: 'Transactions of the archive that failed; they are tried again',
    read: () => single(happenings.archived.failures),
  });
  new TallyHistogram(registry, {
    name: 'skewless_archive_batch_duration_seconds',
    help: 'From the first record of a batch being sent until it was committed',
    tallies: () => [[{}, happenings.archiveBatches]],
  });
}
