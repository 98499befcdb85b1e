// Control path. What is wrong with a spine's row beyond the types of its cells: what a live read would refuse, and what
// the history cannot answer.
import { formatInstant, instantFromMicroseconds } from '../../kernels/instant.ts';
import { suggestion } from '../../kernels/nearest.ts';
import { readDecimal } from '../decode/cells.ts';
import { knownAt } from '../history/spine.ts';
import type { Known } from '../history/spine.ts';
import type { Value } from '../history/values.ts';
import type { ServedScalar } from '../serve/plan.ts';
import type { Reach } from './history-state.ts';
import type { SpineBatch, SpineProblem } from './io/spine.ts';
import type { SpineColumns } from './spine-columns.ts';

/** @returns what is wrong with a value of its column's type, or null */
type Check = (value: Value) => string | null;

export interface RowLimits {
  readonly known: Known;
  readonly reach: Reach;
}

/** All that is wrong with a batch, row by row; in a row, cells that are not of their type first. */
export function problemsOf(
  columns: SpineColumns,
  names: readonly string[],
  { known, reach: { completeUntil, shortest } }: RowLimits,
  batch: SpineBatch,
): readonly SpineProblem[] {
  const problems = [...batch.problems];
  const checkColumn = (at: number, check: Check | null): void => {
    if (check === null) return;
    batch.columns[at]!.forEach((value, row) => {
      const reason = value === null ? null : check(value);
      if (reason === null) return;
      problems.push({ row: batch.first + row, column: names[at]!, value: String(value), reason });
    });
  };
  for (const { of, at } of columns.request) checkColumn(at, checkOf(of.type));
  for (let row = 0; row < batch.rows; row += 1) {
    const t = batch.columns[columns.time]![row] as number | null;
    const told = columns.known === null ? null : (batch.columns[columns.known]![row] as number | null);
    if (t === null) continue;
    const needed = knownAt(told === null ? { t } : { t, knownAt: told }, known);
    if (needed === null || needed < completeUntil) continue;
    problems.push({
      row: batch.first + row,
      column: names[told === null ? columns.time : columns.known!]!,
      value: instantText(told ?? t),
      reason: `it is beyond the history of ${shortest.join(' and ')}, which is complete before ${instantText(completeUntil)} only`,
    });
  }
  return problems.sort((a, b) => a.row - b.row);
}

const instantText = (us: number): string =>
  Number.isSafeInteger(us) ? formatInstant(instantFromMicroseconds(us)) : 'ever';

function checkOf(type: ServedScalar): Check | null {
  switch (type.kind) {
    case 'enum': {
      const known = new Set<Value>(type.values);
      return value => {
        if (known.has(value)) return null;
        const hint = suggestion(String(value), type.values);
        return `it is none of the column's values${hint === null ? '' : `: ${hint}`}`;
      };
    }
    case 'decimal': {
      const { precision, scale } = type;
      const reason = `it is no decimal(${precision}, ${scale})`;
      return value => (Number.isNaN(readDecimal(value, precision, scale)) ? reason : null);
    }
    default:
      return null;
  }
}
