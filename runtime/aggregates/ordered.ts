// Hot path: what is found by rank. `…Of` among the rows that a running count counts; `…Row` among all rows, where
// every row counts and no count need be kept.
import type { Scalar } from '../engine/value.ts';
import type { NumberColumn, ValueColumn } from '../state/column.ts';
import type { Segments } from '../state/segments.ts';
import { NO_ROW } from '../state/segments.ts';
import type { RunningCount } from './running-count.ts';

/** The value of the first counted row of (low, high], or null. */
export function firstOf(column: ValueColumn, count: RunningCount, low: number, high: number): Scalar | null {
  if (count.between(low, high) === 0) return null;
  return column.value(column.cells[count.rowOf(count.cells[low]! + 1, low, high)]!);
}

/** The value of the last counted row of (low, high], or null. */
export function lastOf(column: ValueColumn, count: RunningCount, low: number, high: number): Scalar | null {
  if (count.between(low, high) === 0) return null;
  return column.value(column.cells[count.rowOf(count.cells[high]!, low, high)]!);
}

/** The values of the last `n` counted rows, newest first. */
export function lastValues(
  column: ValueColumn,
  count: RunningCount,
  n: number,
  low: number,
  high: number,
): Scalar[] {
  const most = Math.min(n, count.between(low, high));
  const values: Scalar[] = [];
  for (let back = 0, at = high; back < most; back += 1) {
    at = count.rowOf(count.cells[high]! - back, low, at);
    values.push(column.value(column.cells[at]!));
  }
  return values;
}

/** `last: N`: the low end of the last `n` counted rows of (low, high]. */
export function lastRows(count: RunningCount, n: number, low: number, high: number): number {
  return count.between(low, high) <= n ? low : count.rowOf(count.cells[high]! - n, low, high);
}

/** `t` minus the last counted row's time, in units of `unit` µs; null of nothing. */
export function sinceLast(
  times: NumberColumn,
  count: RunningCount,
  low: number,
  high: number,
  t: number,
  unit: number,
): number | null {
  if (count.between(low, high) === 0) return null;
  return (t - times.cells[count.rowOf(count.cells[high]!, low, high)]!) / unit;
}

/** The last counted row's time minus that of the one before it; null of fewer than two. */
export function betweenLast(
  times: NumberColumn,
  count: RunningCount,
  low: number,
  high: number,
  unit: number,
): number | null {
  if (count.between(low, high) < 2) return null;
  const last = count.rowOf(count.cells[high]!, low, high);
  const before = count.rowOf(count.cells[high]! - 1, low, last);
  return (times.cells[last]! - times.cells[before]!) / unit;
}

/** {@link firstOf} where every row counts. */
export function firstRow(
  column: ValueColumn,
  rows: Segments,
  slot: number,
  low: number,
  high: number,
): Scalar | null {
  const at = rows.oldest(slot, low, high);
  return at === NO_ROW ? null : column.value(column.cells[at]!);
}

export function lastRow(
  column: ValueColumn,
  rows: Segments,
  slot: number,
  low: number,
  high: number,
): Scalar | null {
  const at = rows.newest(slot, low, high);
  return at === NO_ROW ? null : column.value(column.cells[at]!);
}

export function lastRowValues(
  column: ValueColumn,
  rows: Segments,
  slot: number,
  n: number,
  low: number,
  high: number,
): Scalar[] {
  const values: Scalar[] = [];
  for (
    let at = rows.newest(slot, low, high);
    at !== NO_ROW && values.length < n;
    at = rows.newest(slot, low, at - 1)
  ) {
    values.push(column.value(column.cells[at]!));
  }
  return values;
}

export function sinceLastRow(
  times: NumberColumn,
  rows: Segments,
  slot: number,
  low: number,
  high: number,
  t: number,
  unit: number,
): number | null {
  const at = rows.newest(slot, low, high);
  return at === NO_ROW ? null : (t - times.cells[at]!) / unit;
}

export function betweenLastRows(
  times: NumberColumn,
  rows: Segments,
  slot: number,
  low: number,
  high: number,
  unit: number,
): number | null {
  const last = rows.newest(slot, low, high);
  const before = last === NO_ROW ? NO_ROW : rows.newest(slot, low, last - 1);
  return before === NO_ROW ? null : (times.cells[last]! - times.cells[before]!) / unit;
}
