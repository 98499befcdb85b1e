// Hot path.
// Approximate percentiles by a histogram over the bits of doubles, in the manner of HdrHistogram and DDSketch: sign,
// exponent and the first 7 bits of the fraction name a bucket, so buckets are in the order of the numbers and each
// is 2^-7 of its lower edge wide.
//
// A bucket stands for its middle: the value given for a rank is within 2^-8 = 0.39 % of percentile_disc's, for
// |x| ≥ 2^-1022; smaller ones, 0 among them, give at most 2^-1022 for their size, and 0 gives 0 exactly.
import { fromWords, highWord } from './float-bits.ts';
import { percentileDiscRank } from './percentile.ts';

/** The bucket of a finite double: −2^18 + 2^11 … 2^18 − 2^11 − 1, ascending with x; 0 and -0 are in bucket 0. */
export function bucketOf(x: number): number {
  if (x === 0) return 0;
  const high = highWord(x);
  return x < 0 ? -1 - ((high & 0x7fffffff) >>> 13) : high >>> 13;
}

/** The middle of a bucket; 0 for the buckets on either side of 0. */
export function bucketValue(bucket: number): number {
  const size = bucket < 0 ? -1 - bucket : bucket;
  if (size === 0) return 0;
  const middle = fromWords((size << 13) | 0x1000, 0);
  return bucket < 0 ? -middle : middle;
}

/**
 * The percentile of a histogram: buckets ascending, with how many values each holds. Equal, always, to the middle
 * of the bucket of percentile_disc of the values.
 */
export function histogramPercentile(
  buckets: ArrayLike<number>,
  counts: ArrayLike<number>,
  p: number,
): number | null {
  let n = 0;
  for (let at = 0; at < counts.length; at += 1) n += counts[at]!;
  if (n < 1) return null;
  let passed = percentileDiscRank(n, p);
  for (let at = 0; ; at += 1) {
    passed -= counts[at]!;
    if (passed < 0) return bucketValue(buckets[at]!);
  }
}
