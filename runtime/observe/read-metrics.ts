import type { Registry } from 'prom-client';
import { lazyCounter, lazyGauge } from './lazy-metrics.ts';
import type { Reading } from './lazy-metrics.ts';
import type { Reads, TransportName } from './reads.ts';
import type { FeatureStatistics, ServedValues } from './served-values.ts';
import { TallyHistogram } from './tally-histogram.ts';

const transports: readonly TransportName[] = ['http', 'tcp'];

export function registerReadMetrics(registry: Registry, reads: Reads): void {
  new TallyHistogram(registry, {
    name: 'feature_computation_duration_seconds',
    help: 'Time to compute the answer to one request from the state, all of its keys, by group or vector',
    tallies: () => [...reads.answers].map(([served, { seconds }]) => [{ served }, seconds] as const),
  });
  lazyCounter(registry, {
    name: 'skewless_keys_read_total',
    help: 'Keys whose features were computed, by group or vector',
    labels: ['served'],
    read: () => [...reads.answers].map(([served, { keys }]): Reading => [{ served }, keys]),
  });
  lazyCounter(registry, {
    name: 'skewless_requests_total',
    help: 'Requests by transport, group or vector (empty: none that is served), and result (ok, or a code of errors)',
    labels: ['transport', 'served', 'result'],
    read: () => results(reads),
  });
  new TallyHistogram(registry, {
    name: 'skewless_request_duration_seconds',
    help: 'From a request being read to its answer being handed to the socket, by transport',
    tallies: () => transports.map(transport => [{ transport }, reads.durations[transport]] as const),
  });
  new TallyHistogram(registry, {
    name: 'skewless_request_keys',
    help: 'Keys in a request, by transport',
    tallies: () => transports.map(transport => [{ transport }, reads.keys[transport]] as const),
  });
}

function* results(reads: Reads): Iterable<Reading> {
  for (const transport of transports) {
    for (const [served, counts] of reads.results[transport]) {
      for (const [result, count] of counts) yield [{ transport, served, result }, count];
    }
  }
}

/** Live statistics of values. All gauges: they tell of the window, and may fall. */
export function registerValueMetrics(registry: Registry, values: ServedValues): void {
  const gauge = (name: string, help: string, of: (statistics: FeatureStatistics) => number | null): void =>
    lazyGauge(registry, {
      name: `skewless_feature_${name}`,
      help,
      labels: ['served', 'feature'],
      *read() {
        for (const statistics of values.statistics()) {
          const value = of(statistics);
          if (value !== null) yield [{ served: statistics.served, feature: statistics.feature }, value];
        }
      },
    });
  gauge('samples', 'Served values looked at in the window', ({ samples }) => samples);
  gauge('null_share', 'Share of them that were null', ({ nullShare }) => nullShare);
  gauge('mean', 'Mean of the numbers among them; true counts as 1', ({ mean }) => mean);
  gauge('stddev', 'Standard deviation of the numbers among them', ({ stddev }) => stddev);
  lazyGauge(registry, {
    name: 'skewless_feature_quantile',
    help: 'Quantiles of the numbers among them, to 0.4 % where they are not spread too far',
    labels: ['served', 'feature', 'quantile'],
    *read() {
      for (const { served, feature, quantile } of values.statistics()) {
        for (const p of [0.01, 0.25, 0.5, 0.75, 0.99]) {
          const value = quantile(p);
          if (value !== null) yield [{ served, feature, quantile: String(p) }, value];
        }
      }
    },
  });
}
