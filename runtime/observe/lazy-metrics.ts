// Metrics whose values are fetched at the scrape.
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;
export type Reading = readonly [Labels, number];

export interface LazyMetric {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Labels of another reading before are gone. A value that is not finite is left out. */
  readonly read: () => Iterable<Reading>;
}

export function lazyCounter(registry: Registry, { name, help, labels = [], read }: LazyMetric): void {
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      for (const [of, value] of read()) if (Number.isFinite(value)) this.inc(of, value);
    },
  });
}

export function lazyGauge(registry: Registry, { name, help, labels = [], read }: LazyMetric): void {
  new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      this.reset();
      // One without labels would be told as 0 after a reset.
      if (labels.length === 0) this.remove();
      for (const [of, value] of read()) if (Number.isFinite(value)) this.set(of, value);
    },
  });
}

/** One value, or none where it is null. */
export function* single(value: number | null): Iterable<Reading> {
  if (value !== null) yield [{}, value];
}
