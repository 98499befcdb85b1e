// Read path: variances from running sums. The kernel's formula, without BigInt where doubles hold every step exactly.
import { powerOfTen } from '../../kernels/powers-of-ten.ts';
import { variancePopulation, varianceSample } from '../../kernels/moments.ts';
import type { RunningSum } from './running-sum.ts';
import type { WideSum } from './wide-sum.ts';

const EXACT = 2 ** 53;

type Sums = RunningSum | WideSum;

/** The variance of `n` values over (low, high], from sums in units of 10^-scale; null for n < 2. */
export function sampleVariance(
  n: number,
  sums: Sums,
  squares: WideSum,
  low: number,
  high: number,
  scale: number,
): number | null {
  if (n < 2) return null;
  const numerator = exactNumerator(n, sums.between(low, high), squares.between(low, high));
  return numerator !== numerator || n >= 2 ** 26
    ? varianceSample(n, sums.exact(low, high), squares.exact(low, high), scale)
    : numerator / (n * (n - 1) * powerOfTen(2 * scale));
}

/** The same of a whole population; null for n < 1. */
export function populationVariance(
  n: number,
  sums: Sums,
  squares: WideSum,
  low: number,
  high: number,
  scale: number,
): number | null {
  if (n < 1) return null;
  const numerator = exactNumerator(n, sums.between(low, high), squares.between(low, high));
  return numerator !== numerator || n >= 2 ** 26
    ? variancePopulation(n, sums.exact(low, high), squares.exact(low, high), scale)
    : numerator / (n * n * powerOfTen(2 * scale));
}

/** The square root of a variance. */
export function rootOf(variance: number | null): number | null {
  return variance === null ? null : Math.sqrt(variance);
}

/** n·s2 − s² where both products are below 2^53, so that no step has rounded; else NaN. */
function exactNumerator(n: number, s: number, s2: number): number {
  const left = n * s2;
  const right = s * s;
  return left < EXACT && right < EXACT ? left - right : NaN;
}
