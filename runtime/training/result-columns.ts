// Control path. From what a run yields to what a training set has.
import type { SqlColumn } from '../history/program.ts';
import type { RowBatch, TrainingRequest } from './contract.ts';
import type { Target } from './target.ts';

/** The columns of a training set, and where in a run's results they stand. */
export interface ResultColumns {
  readonly columns: readonly SqlColumn[];
  readonly from: readonly number[];
  /** How many of them stand before the features. */
  readonly given: number;
}

/**
 * The instants have the name that the spine has for them. A feature that hands an input of the request on under the
 * input's name stands for it.
 */
export function resultColumns(
  columns: readonly SqlColumn[],
  { resolved: { vector } }: Target,
  { carried, hasKnownAt }: TrainingRequest,
  timeColumn: string,
): ResultColumns {
  const inputs = vector.request.length;
  const given = inputs + 1 + (hasKnownAt ? 1 : 0) + carried.length;
  const computed = new Set(columns.slice(given).map(({ name }) => name));
  const from = columns.flatMap(({ name }, at) => (at < inputs && computed.has(name) ? [] : [at]));
  const named = (at: number): SqlColumn =>
    at === inputs ? { ...columns[at]!, name: timeColumn } : columns[at]!;
  return { columns: from.map(named), from, given: from.filter(at => at < given).length };
}

export const pick = ({ from }: ResultColumns, { rows, columns }: RowBatch): RowBatch => ({
  rows,
  columns: from.map(at => columns[at]!),
});
