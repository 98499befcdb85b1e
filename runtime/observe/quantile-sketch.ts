// Control path: a sampled value now and then.
import { percentileDiscRank } from '../../kernels/percentile.ts';
import { bucketOf, bucketValue } from '../../kernels/quantile-histogram.ts';

/** Buckets kept; where values spread over more, neighbours are joined. */
const LIMIT = 256;

/**
 * Quantiles in bounded memory: how many values lie in each bucket of doubles (kernels/quantile-histogram.ts), which
 * is right to 0.4 %, and to twice that for each time the values spread so far that neighbouring buckets were joined.
 */
export class QuantileSketch {
  #counts = new Map<number, number>();
  /** 2^shift buckets are one. */
  #shift = 0;
  #size = 0;

  /** @param x finite */
  add(x: number): void {
    this.#put(bucketOf(x) >> this.#shift, 1);
  }

  addAll(other: QuantileSketch): void {
    while (this.#shift < other.#shift) this.#coarsen();
    for (const [bucket, count] of other.#counts) {
      // What is put may coarsen this one.
      this.#put(bucket >> (this.#shift - other.#shift), count);
    }
  }

  /** @returns the value at which a share `p` of all is reached; null of none */
  quantile(p: number): number | null {
    if (this.#size === 0) return null;
    let passed = percentileDiscRank(this.#size, p);
    for (const bucket of [...this.#counts.keys()].sort((a, b) => a - b)) {
      passed -= this.#counts.get(bucket)!;
      if (passed < 0) return this.#middle(bucket);
    }
    return null;
  }

  #middle(bucket: number): number {
    return this.#shift === 0
      ? bucketValue(bucket)
      : bucketValue((bucket << this.#shift) + (1 << (this.#shift - 1)));
  }

  #put(bucket: number, count: number): void {
    this.#size += count;
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    while (this.#counts.size > LIMIT) this.#coarsen();
  }

  #coarsen(): void {
    const joined = new Map<number, number>();
    for (const [bucket, count] of this.#counts)
      joined.set(bucket >> 1, (joined.get(bucket >> 1) ?? 0) + count);
    this.#counts = joined;
    this.#shift += 1;
  }
}
