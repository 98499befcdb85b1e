// Read path.
import type { ValueColumn } from '../state/column.ts';

/** Cells by count descending, then value ascending: the first `k`. Cells with a count of 0 are none. */
export function mostFrequent(
  values: Float64Array,
  counts: Int32Array,
  length: number,
  k: number,
  column: Pick<ValueColumn, 'compare'>,
): number[] {
  const best: number[] = [];
  for (let i = 0; i < length; i += 1) {
    const count = counts[i]!;
    let place = best.length;
    if (count === 0 || (place === k && count < counts[best[k - 1]!]!)) continue;
    while (place > 0) {
      const other = best[place - 1]!;
      const order = count - counts[other]! || column.compare(values[other]!, values[i]!);
      if (order <= 0) break;
      place -= 1;
    }
    if (place === k) continue;
    best.splice(place, 0, i);
    if (best.length > k) best.pop();
  }
  return best.map(i => values[i]!);
}
