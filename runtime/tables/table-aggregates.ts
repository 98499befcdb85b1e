// Read path: the aggregates over a table's rows, each in its plainest form over the rows of one window.
import { HLL_REGISTERS, hllAdd, hllEstimate } from '../../kernels/hyperloglog.ts';
import { bucketOf, bucketValue } from '../../kernels/quantile-histogram.ts';
import { percentileCont, percentileDisc } from '../../kernels/percentile.ts';
import { fix62, isSummable } from '../../kernels/exact-sum.ts';
import { powerOfTen } from '../../kernels/powers-of-ten.ts';
import type { Scalar } from '../engine/value.ts';
import type { FeedRow } from './slot-rows.ts';
import { compareKeys, compareScalars } from './table-feed.ts';

const EXACT = 9007199254740992;

/**
 * The rows in (low, high] that a filter selects, of which the last N where asked for.
 * @param rows in order of time; those without time come first and are in no window
 * @param low null: from the beginning, rows without time included if `timeless`
 * @param filter −1: all rows
 * @param last 0: all of them
 */
export function rowsIn(
  rows: readonly FeedRow[],
  low: number | null,
  high: number,
  timeless: boolean,
  filter: number,
  last: number,
): readonly FeedRow[] {
  const start = timeless ? 0 : firstAfter(rows, low ?? -Infinity);
  const end = firstAfter(rows, high);
  if (end <= start) return [];
  if (filter < 0) return rows.slice(last === 0 ? start : Math.max(start, end - last), end);
  const found: FeedRow[] = [];
  if (last === 0) {
    for (let i = start; i < end; i += 1) if (rows[i]!.selected[filter] === true) found.push(rows[i]!);
    return found;
  }
  for (let i = end - 1; i >= start && found.length < last; i -= 1) {
    if (rows[i]!.selected[filter] === true) found.push(rows[i]!);
  }
  return found.reverse();
}

/** The first place whose row is later than `time`. */
function firstAfter(rows: readonly FeedRow[], time: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]!.time <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function valuesIn(rows: readonly FeedRow[], input: number): Scalar[] {
  const values: Scalar[] = [];
  for (const row of rows) {
    const value = row.inputs[input]!;
    if (value !== null) values.push(value);
  }
  return values;
}

/** A table's cell as an input: −0 is 0, what is not finite is null. */
export function cleanInput<T extends Scalar>(value: T | null): T | null {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? ((value + 0) as T) : null;
}

/** Scaled integers of int and decimal values, or of doubles rounded to a scale; beyond 2^53 a double is null. */
export function scaledValues(values: readonly Scalar[], scale: number): number[] {
  const unit = powerOfTen(scale);
  const scaled: number[] = [];
  for (const value of values) {
    const whole = Math.round((value as number) * unit);
    if (Math.abs(whole) <= EXACT) scaled.push(whole);
  }
  return scaled;
}

/** Doubles as whole numbers of 2^-62; beyond 2^52 null. */
export function fix62Values(values: readonly Scalar[]): bigint[] {
  return (values as number[]).filter(isSummable).map(value => fix62(value)!);
}

/** The exact sum of whole numbers of magnitude ≤ 2^53. */
export function total(values: readonly number[] | readonly bigint[]): bigint {
  let carried = 0n;
  let sum = 0;
  for (const value of values) {
    if (typeof value === 'bigint') {
      carried += value;
      continue;
    }
    // As long as it is no greater, the sum has been exact; and so it is where it was before the value that is too much.
    const next = sum + value;
    if (Math.abs(next) <= EXACT - 1) sum = next;
    else {
      carried += BigInt(sum) + BigInt(value);
      sum = 0;
    }
  }
  return carried + BigInt(sum);
}

export function squares(values: readonly number[]): bigint {
  let carried = 0n;
  let sum = 0;
  for (const value of values) {
    const next = sum + value * value;
    if (next <= EXACT - 1) sum = next;
    else {
      carried += BigInt(sum) + BigInt(value) * BigInt(value);
      sum = 0;
    }
  }
  return carried + BigInt(sum);
}

export function distinctValues(values: readonly Scalar[]): Scalar[] {
  return [...new Set(values)];
}

export function leastValue(values: readonly Scalar[]): Scalar | null {
  return values.reduce<Scalar | null>(
    (best, value) => (best === null || compareScalars(value, best) < 0 ? value : best),
    null,
  );
}

export function greatestValue(values: readonly Scalar[]): Scalar | null {
  return values.reduce<Scalar | null>(
    (best, value) => (best === null || compareScalars(value, best) > 0 ? value : best),
    null,
  );
}

/** By count descending, then value ascending. */
export function byFrequency(values: readonly Scalar[], k: number): Scalar[] {
  const counts = new Map<Scalar, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || compareScalars(a, b))
    .slice(0, k)
    .map(([value]) => value);
}

export function percentileOf(values: readonly Scalar[], p: number, method: 'cont' | 'disc'): number | null {
  const sorted = Float64Array.from(values as readonly number[]).sort();
  return method === 'cont' ? percentileCont(sorted, p) : percentileDisc(sorted, p);
}

export function approxPercentileOfValues(values: readonly Scalar[], p: number): number | null {
  const exact = percentileOf(values, p, 'disc');
  return exact === null ? null : bucketValue(bucketOf(exact));
}

/** @param scale of a decimal, whose scaled integer is hashed; null: the text of the value */
export function approxDistinctValues(values: readonly Scalar[], scale: number | null): number {
  const registers = new Uint8Array(HLL_REGISTERS);
  for (const value of values) {
    hllAdd(registers, scale === null ? String(value) : String(Math.round((value as number) * 10 ** scale)));
  }
  return hllEstimate(registers);
}

/** Of the rows taken, those whose value differs from that of the valued row before them among `all`. */
export function changesAmong(taken: readonly FeedRow[], all: readonly FeedRow[], input: number): number {
  const counted = new Set(taken);
  let previous: Scalar | null = null;
  let count = 0;
  for (const row of all) {
    const value = row.inputs[input]!;
    if (value === null) continue;
    if (previous !== null && value !== previous && counted.has(row)) count += 1;
    previous = value;
  }
  return count;
}

/** The instants timeSince and timeBetween look at: an input's, or the rows' own (`input` −1). */
export function timesIn(rows: readonly FeedRow[], input: number): number[] {
  if (input >= 0) return valuesIn(rows, input) as number[];
  return rows.map(row => row.time).filter(time => time !== -Infinity);
}

export function sinceLastOf(times: readonly number[], t: number, unit: number): number | null {
  return times.length === 0 ? null : (t - times.at(-1)!) / unit;
}

export function betweenLastOf(times: readonly number[], unit: number): number | null {
  return times.length < 2 ? null : (times.at(-1)! - times.at(-2)!) / unit;
}

/** The value of the one row found by its key; of several, the greatest by primary key. */
export function latestOf(rows: readonly FeedRow[], input: number): Scalar | null {
  const last = rows.reduce<FeedRow | null>(
    (best, row) => (best === null || compareKeys(row.key, best.key) > 0 ? row : best),
    null,
  );
  return last === null ? null : last.inputs[input]!;
}
