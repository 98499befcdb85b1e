// Hot path: what a read costs beside its answer. Plain numbers; nothing is put together before it is asked for.

/** Upper bounds of durations, seconds. */
export const durationBounds: readonly number[] = [
  1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5,
  1, 2.5, 5, 10,
];

/** Upper bounds of keys in a request. */
export const keyBounds: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** How many values fell below each bound, as a Prometheus histogram counts them. */
export class Tally {
  readonly bounds: readonly number[];
  /** Of each bucket alone; the last holds what lies above every bound. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  add(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sum += value;
    this.count += 1;
  }
}

/**
 * The value that a share of the counted ones stays at or below, taken as evenly spread in their bucket; null of none.
 * @param counts of each bucket alone, one more than there are bounds
 */
export function tallyQuantile(
  bounds: readonly number[],
  counts: ArrayLike<number>,
  share: number,
): number | null {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) total += counts[bucket]!;
  if (total === 0) return null;
  let left = share * total;
  for (let bucket = 0; bucket < bounds.length; bucket += 1) {
    const here = counts[bucket]!;
    if (here > 0 && left <= here) {
      const low = bucket === 0 ? 0 : bounds[bucket - 1]!;
      return low + ((bounds[bucket]! - low) * left) / here;
    }
    left -= here;
  }
  return bounds.at(-1)!;
}
