// Control path: what `/status` says.
import type { Engine } from '../engine/engine.ts';
import type { FrontierEntry } from '../engine/record.ts';
import type { Settings } from '../config/settings.ts';
import type { Metrics } from '../observe/metrics.ts';
import type {
  ArchiveStatus,
  PartitionStatus,
  ServiceStatus,
  SourceStatus,
  StoreStatus,
} from '../observe/status.ts';
import type { Readiness } from '../serve/http/options.ts';
import type { ServedSource, ServingPlan } from '../serve/plan.ts';
import type { ArchiverThread } from './archiver-thread.ts';
import type { Ceiling } from './ceiling.ts';
import type { DurableState } from './durable-state.ts';
import type { HealthBoard } from './health.ts';
import type { PartitionLag } from './lag.ts';

/** The parts of the service that have something to say. */
export interface Speakers {
  readonly plan: ServingPlan;
  readonly settings: Settings;
  readonly version: string;
  /** µs. */
  readonly startedAt: number;
  readonly now: () => number;
  readonly engine: Engine;
  readonly frontier: () => readonly FrontierEntry[];
  readonly lag: () => readonly PartitionLag[];
  readonly archiveLag: () => readonly PartitionLag[];
  readonly board: HealthBoard;
  readonly ceiling: Ceiling;
  readonly durable: DurableState;
  readonly archiver: ArchiverThread | null;
  readonly stores: () => readonly StoreStatus[];
  readonly metrics: Metrics;
  readonly ready: () => Readiness;
}

export function serviceStatus(speakers: Speakers): ServiceStatus {
  const { plan, settings, engine, durable, ceiling, metrics, now } = speakers;
  const { reads, events } = metrics.recent();
  const lag = speakers.lag();
  const counters = engine.counters();
  return {
    service: 'skewless',
    version: speakers.version,
    fingerprint: plan.fingerprint,
    pid: process.pid,
    startedAt: iso(speakers.startedAt),
    at: iso(now()),
    ...speakers.ready(),
    sources: plan.sources.map((source): SourceStatus => {
      const from = fromOf(source, settings);
      const health = from === null ? null : speakers.board.read(from === 'kafka' ? 'kafka' : 'files');
      return {
        name: source.name,
        from,
        health: health?.health ?? 'stopped',
        detail: health?.detail ?? null,
        perSecond: events[source.name] ?? 0,
        counters: counters[source.name]!,
        partitions: partitionsOf(source, speakers.frontier(), lag),
      };
    }),
    state: {
      bytes: engine.memory(),
      ceiling: settings.state.ceiling,
      paused: ceiling.paused,
      rss: process.memoryUsage.rss(),
    },
    checkpoint: durable.status(),
    archive: archiveStatus(speakers),
    stores: speakers.stores(),
    reads,
  };
}

function fromOf({ name, topics }: ServedSource, { files, kafka }: Settings): string | null {
  const file = files[name];
  if (file !== undefined) return file.path;
  return kafka !== null && topics.length > 0 ? 'kafka' : null;
}

function partitionsOf(
  { name, topics }: ServedSource,
  frontier: readonly FrontierEntry[],
  lags: readonly PartitionLag[],
): PartitionStatus[] {
  const known = lags.filter(({ source }) => source === name);
  const isKnown = (entry: FrontierEntry): boolean =>
    known.some(
      lag => lag.topic === entry.topic && lag.epoch === entry.epoch && lag.partition === entry.partition,
    );
  const others = frontier.filter(entry => entry.source === name && !isKnown(entry));
  return [
    ...known.map(({ topic, epoch, partition, nextOffset, end, records, seconds }) => ({
      topic: topics[topic] ?? null,
      epoch,
      partition,
      nextOffset,
      end,
      lagRecords: Number.isFinite(seconds) || records > 0 ? records : null,
      lagSeconds: Number.isFinite(seconds) ? seconds : null,
    })),
    ...others.map(({ topic, epoch, partition, nextOffset }) => ({
      topic: topics[topic] ?? null,
      epoch,
      partition,
      nextOffset,
      end: null,
      lagRecords: null,
      lagSeconds: null,
    })),
  ];
}

function archiveStatus({ archiver, archiveLag }: Speakers): ArchiveStatus | null {
  if (archiver === null) return null;
  const lags = archiveLag();
  const seconds = Math.max(0, ...lags.map(lag => lag.seconds));
  const role = archiver.now;
  return {
    role,
    detail: archiver.detail,
    rows: archiver.rows,
    failures: archiver.failures,
    lagRecords: role === 'waiting' ? null : lags.reduce((sum, lag) => sum + lag.records, 0),
    lagSeconds: role === 'waiting' || !Number.isFinite(seconds) ? null : seconds,
  };
}

function iso(us: number): string {
  return new Date(us / 1000).toISOString();
}
