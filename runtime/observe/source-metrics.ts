import type { Registry } from 'prom-client';
import type { SourceCounters } from '../engine/record.ts';
import type { ServingPlan } from '../serve/plan.ts';
import type { Happenings } from './happenings.ts';
import { lazyCounter, lazyGauge } from './lazy-metrics.ts';
import type { Labels, Reading } from './lazy-metrics.ts';
import type { LagReading, Observed } from './observed.ts';
import { TallyHistogram } from './tally-histogram.ts';

/**
 * What came in and what became of it. The state counts since it began, through every restart; a process counts what
 * it saw itself, as Prometheus expects of a counter: what the state had counted before is taken off.
 */
export function registerSourceMetrics(
  registry: Registry,
  plan: ServingPlan,
  observed: Observed,
  happenings: Happenings,
): void {
  const before = observed.counters();
  lazyCounter(registry, {
    name: 'skewless_events_total',
    help: 'Records taken, by source and by what became of them: counted, late, early, repeat, refused, …',
    labels: ['source', 'fate'],
    read: () => fates(observed.counters(), before),
  });
  lazyCounter(registry, {
    name: 'skewless_refused_total',
    help: 'Records that do not decode, by source and reason',
    labels: ['source', 'reason'],
    read: () => refusals(observed.counters(), before),
  });
  const inputsBefore = observed.notFinite();
  lazyCounter(registry, {
    name: 'skewless_not_finite_total',
    help: 'Inputs of aggregates that were NaN or infinite and count as null, by group and feature',
    labels: ['served', 'feature'],
    read: () => notFinite(observed.notFinite(), inputsBefore),
  });
  registerLag(registry, plan, 'skewless_source_lag', 'the state does not have', () => observed.lag());
  lazyGauge(registry, {
    name: 'skewless_connected',
    help: '1 while the part can be reached (kafka, files, postgres, redis), else 0',
    labels: ['part'],
    read: () =>
      Object.entries(observed.health()).map(([part, health]): Reading => [
        { part },
        health === 'running' ? 1 : 0,
      ]),
  });
  new TallyHistogram(registry, {
    name: 'skewless_event_delay_seconds',
    help: 'From the time of an event to its arrival in the log, of a sample of the records, by source',
    tallies: () => [...happenings.delays].map(([source, tally]) => [{ source }, tally] as const),
  });
}

/** Two gauges, in records and in seconds, by partition. */
export function registerLag(
  registry: Registry,
  plan: ServingPlan,
  name: string,
  what: string,
  read: () => readonly LagReading[],
): void {
  const topics = new Map(plan.sources.map(({ name, topics }) => [name, topics]));
  const labelsOf = ({ source, topic, partition }: LagReading): Labels => ({
    source,
    topic: topics.get(source)?.[topic] ?? '',
    partition: String(partition),
  });
  const labels = ['source', 'topic', 'partition'];
  lazyGauge(registry, {
    name: `${name}_records`,
    help: `Records in the log that ${what}`,
    labels,
    read: () => read().map((lag): Reading => [labelsOf(lag), lag.records]),
  });
  lazyGauge(registry, {
    name: `${name}_seconds`,
    help: `Age of the oldest record in the log that ${what}; 0 where there is none`,
    labels,
    read: () => read().map((lag): Reading => [labelsOf(lag), lag.seconds]),
  });
}

type Counters = Readonly<Record<string, SourceCounters>>;

function* fates(now: Counters, before: Counters): Iterable<Reading> {
  for (const [source, { refused, ...accepted }] of Object.entries(now)) {
    const earlier = before[source];
    for (const [fate, count] of Object.entries(accepted)) {
      yield [{ source, fate }, count - (earlier?.[fate as keyof typeof accepted] ?? 0)];
    }
    yield [{ source, fate: 'refused' }, total(refused) - total(earlier?.refused ?? {})];
  }
}

function* refusals(now: Counters, before: Counters): Iterable<Reading> {
  for (const [source, { refused }] of Object.entries(now)) {
    const earlier: Readonly<Record<string, number>> = before[source]?.refused ?? {};
    for (const [reason, count] of Object.entries(refused)) {
      yield [{ source, reason }, count - (earlier[reason] ?? 0)];
    }
  }
}

function* notFinite(
  now: ReturnType<Observed['notFinite']>,
  before: ReturnType<Observed['notFinite']>,
): Iterable<Reading> {
  for (const [served, features] of Object.entries(now)) {
    for (const [feature, count] of Object.entries(features)) {
      yield [{ served, feature }, count - (before[served]?.[feature] ?? 0)];
    }
  }
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
