// Hot path.
import type { ValueColumn } from '../state/column.ts';
import type { RunningCount } from './running-count.ts';

/**
 * Counts a new row at `at` into `flags` if its value differs from that of the valued row before it, and counts
 * the valued row after it anew. Cells of `column` are written; `first` is the key's first row, `end` one past
 * its last.
 */
export function addChange(
  flags: RunningCount,
  column: ValueColumn,
  at: number,
  first: number,
  end: number,
): void {
  const { cells } = column;
  let delta = 0;
  let after = end;
  let carried = 0;
  if (column.has(at)) {
    let before = at - 1;
    while (before >= first && !column.has(before)) before -= 1;
    const had = before >= first;
    if (had && cells[before] !== cells[at]) delta = 1;
    if (at + 1 < end) {
      after = at + 1;
      while (after < end && !column.has(after)) after += 1;
      if (after < end) {
        const old = had && cells[before] !== cells[after] ? 1 : 0;
        carried = (cells[at] !== cells[after] ? 1 : 0) - old;
      }
    }
  }
  flags.add(at, end, delta);
  if (carried !== 0) flags.carry(after, end, carried);
}
