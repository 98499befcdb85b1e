// Hot path of the profile. Numbers: moments, ends, quantiles by the buckets of the engine's own approximate percentiles.
import { bucketOf, histogramPercentile } from '../../../kernels/quantile-histogram.ts';

export interface NumberProfile {
  /** Null of no values; each by one pass in doubles, in the order of the rows. */
  readonly mean: number | null;
  /** Of a sample; null of fewer than two. */
  readonly stddev: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** As percentile_disc, each within 0.39 % of its size; null of no values. */
  readonly quantiles: Readonly<Record<QuantileName, number | null>>;
}

const quantiles = [
  ['p1', 0.01],
  ['p5', 0.05],
  ['p25', 0.25],
  ['p50', 0.5],
  ['p75', 0.75],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

export type QuantileName = (typeof quantiles)[number][0];

export class Numbers {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #mean = 0;
  /** Σ(x − mean)², by Welford. */
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;

  /** A finite number. */
  add(x: number): void {
    this.#count += 1;
    const distance = x - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (x - this.#mean);
    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
    const bucket = bucketOf(x);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  result(): NumberProfile {
    const isEmpty = this.#count === 0;
    return {
      mean: finite(isEmpty ? null : this.#mean),
      stddev: finite(this.#count < 2 ? null : Math.sqrt(this.#squares / (this.#count - 1))),
      min: isEmpty ? null : this.#min,
      max: isEmpty ? null : this.#max,
      quantiles: this.#quantiles(),
    };
  }

  #quantiles(): NumberProfile['quantiles'] {
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b);
    const buckets = sorted.map(([bucket]) => bucket);
    const counts = sorted.map(([, count]) => count);
    const value = (p: number): number | null => {
      const middle = histogramPercentile(buckets, counts, p);
      // A bucket's middle may lie beyond the ends of what is in it.
      return middle === null ? null : Math.min(Math.max(middle, this.#min), this.#max);
    };
    return Object.fromEntries(quantiles.map(([name, p]) => [name, value(p)])) as NumberProfile['quantiles'];
  }
}

/** The squares of very large numbers are beyond a double. */
const finite = (x: number | null): number | null => (x !== null && Number.isFinite(x) ? x : null);
