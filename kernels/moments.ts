// Read path.
// What sums end in. The sums are exact integers in units of 10^-scale (s of x, s2 of x²); each result is one fixed
// expression of doubles that were rounded once each (EXACTNESS §2). Null is the value of nothing.
import { fix62ToNumber } from './exact-sum.ts';
import { powerOfTen } from './powers-of-ten.ts';

/** Σx as a double. `count` is how many values were summed. */
export function sumOf(count: number, s: bigint, scale: number): number | null {
  return count < 1 ? null : Number(s) / powerOfTen(scale);
}

/** Σx ÷ n. */
export function averageOf(count: number, s: bigint, scale: number): number | null {
  return count < 1 ? null : Number(s) / (count * powerOfTen(scale));
}

/** Σx ÷ n of doubles, from their exact sum in units of 2^-62. */
export function averageOfFix62(count: number, total: bigint): number | null {
  return count < 1 ? null : fix62ToNumber(total) / count;
}

/** (n·s2 − s²) ÷ (n·(n − 1)·10^2scale); null for n < 2. */
export function varianceSample(count: number, s: bigint, s2: bigint, scale: number): number | null {
  return count < 2 ? null : varianceOver(count, s, s2, count - 1, scale);
}

/** (n·s2 − s²) ÷ (n²·10^2scale); null for n < 1. */
export function variancePopulation(count: number, s: bigint, s2: bigint, scale: number): number | null {
  return count < 1 ? null : varianceOver(count, s, s2, count, scale);
}

/** √{@link varianceSample}. */
export function stddevSample(count: number, s: bigint, s2: bigint, scale: number): number | null {
  const variance = varianceSample(count, s, s2, scale);
  return variance === null ? null : Math.sqrt(variance);
}

/** √{@link variancePopulation}. */
export function stddevPopulation(count: number, s: bigint, s2: bigint, scale: number): number | null {
  const variance = variancePopulation(count, s, s2, scale);
  return variance === null ? null : Math.sqrt(variance);
}

function varianceOver(count: number, s: bigint, s2: bigint, freedom: number, scale: number): number {
  const n = BigInt(count);
  const numerator = Number(n * s2 - s * s);
  return numerator / (Number(n * BigInt(freedom)) * powerOfTen(2 * scale));
}
