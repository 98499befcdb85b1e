// Control path: tallies as a histogram of prom-client's registry, which asks a metric for its values at each scrape.
import type { Histogram, Registry } from 'prom-client';
import type { Tally } from './tally.ts';

export interface TallyHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** The tallies as they are now, each with its labels. */
  readonly tallies: () => Iterable<readonly [Readonly<Record<string, string>>, Tally]>;
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Histograms of prom-client look labels up for each value; a tally is added to in a few nanoseconds. */
export class TallyHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #tallies: TallyHistogramOptions['tallies'];

  constructor(registry: Registry, { name, help, tallies }: TallyHistogramOptions) {
    this.name = name;
    this.help = help;
    this.#tallies = tallies;
    // The registry asks of a metric its name and `get`; its types ask for one of its own classes.
    registry.registerMetric(this as unknown as Histogram);
  }

  get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    const values = [...this.#tallies()].flatMap(([labels, tally]) => this.#samples(labels, tally));
    return Promise.resolve({ name, help, type, aggregator, values });
  }

  /** What is counted elsewhere is not reset here. */
  reset(): void {}

  #samples(labels: Readonly<Record<string, string>>, tally: Tally): Sample[] {
    let below = 0;
    const buckets = tally.bounds.map((bound, bucket): Sample => {
      below += tally.counts[bucket]!;
      return { metricName: `${this.name}_bucket`, labels: { ...labels, le: bound }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_bucket`, labels: { ...labels, le: '+Inf' }, value: tally.count },
      { metricName: `${this.name}_sum`, labels, value: tally.sum },
      { metricName: `${this.name}_count`, labels, value: tally.count },
    ];
  }
}
