// Read path; `registerOf` is on the hot path of ingestion. Approximate aggregates, equal on every side.
import { hashTextInto } from '../../kernels/hash.ts';
import { HLL_REGISTERS, hllEstimate, hllRank } from '../../kernels/hyperloglog.ts';
import { histogramPercentile } from '../../kernels/quantile-histogram.ts';
import { ABSENT } from '../state/column.ts';
import type { IntegerColumn } from '../state/column.ts';

const hash = new Uint32Array(2);
const registers = new Uint8Array(HLL_REGISTERS);

/** What a value does to the sketch, in one cell: register · 64 + rank. */
export function registerOf(text: string): number {
  hashTextInto(text, hash);
  const high = hash[0]!;
  return (high >>> 20) * 64 + hllRank(high & 0xfffff, hash[1]!);
}

/** The estimated number of different values in (low, high], from their registers. */
export function approxDistinctOf(column: IntegerColumn, low: number, high: number): number {
  registers.fill(0);
  const { cells } = column;
  for (let at = low + 1; at <= high; at += 1) {
    if (!column.has(at)) continue;
    const register = cells[at]! >>> 6;
    const rank = cells[at]! & 63;
    if (registers[register]! < rank) registers[register] = rank;
  }
  return hllEstimate(registers);
}

/** The percentile of (low, high] from the values' histogram buckets. */
export function approxPercentileOf(
  column: IntegerColumn,
  low: number,
  high: number,
  p: number,
): number | null {
  const cells = column.cells.slice(low + 1, high + 1).sort();
  const buckets: number[] = [];
  const counts: number[] = [];
  for (const bucket of cells) {
    if (bucket === ABSENT) continue;
    if (buckets.at(-1) === bucket) counts[counts.length - 1]! += 1;
    else {
      buckets.push(bucket);
      counts.push(1);
    }
  }
  return histogramPercentile(buckets, counts, p);
}
