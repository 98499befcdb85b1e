import type { SqlColumn, SqlProgram, SpineRow } from '../../../runtime/history/index.ts';
import { openTrainingRun } from '../../../runtime/history/training-run.ts';
import type { TrainingRunOptions } from '../../../runtime/history/training-run.ts';
import type {
  CarriedRow,
  RowBatch,
  TrainingRequest,
  TrainingRun,
} from '../../../runtime/training/contract.ts';
import type pg from 'pg';
import type { Value, Values } from '../../support/three-ways/read.ts';

/** Rows as `load` takes them, some at a time. */
export async function* batchesOf(
  rows: readonly CarriedRow[],
  size = 13,
): AsyncGenerator<readonly CarriedRow[], void> {
  for (let first = 0; first < rows.length; first += size) yield rows.slice(first, first + size);
}

export const carryingNothing = (spine: readonly SpineRow[]): CarriedRow[] =>
  spine.map(row => ({ ...row, carried: [] }));

/** The rows of batches, as lists of values. */
export async function rowsOf(batches: AsyncIterable<RowBatch>): Promise<Value[][]> {
  const rows: Value[][] = [];
  for await (const { columns, rows: count } of batches) {
    for (let i = 0; i < count; i += 1) rows.push(columns.map(column => column[i]!));
  }
  return rows;
}

/** Rows as records of the features: columns after the spine's own, and before labels. */
export function featuresOf(
  columns: readonly SqlColumn[],
  features: readonly SqlColumn[],
  rows: readonly (readonly Value[])[],
): Values[] {
  const first = columns.findLastIndex(({ name }) => name === features[0]?.name);
  return rows.map(row => Object.fromEntries(features.map(({ name }, index) => [name, row[first + index]!])));
}

export const featuresRead = (
  { groups, vectors }: SqlProgram,
  { read }: TrainingRequest,
): readonly SqlColumn[] =>
  'group' in read
    ? groups.find(({ name }) => name === read.group)!.features
    : vectors.find(({ name }) => name === read.vector)!.features;

export async function openRun(
  pool: pg.Pool,
  program: SqlProgram,
  request: TrainingRequest,
  options: Partial<TrainingRunOptions> & { readonly id: string },
): Promise<TrainingRun> {
  return await openTrainingRun(pool, program, request, {
    jobs: 1,
    chunkRows: 7,
    allowHistoryBehind: true,
    ...options,
  });
}

/** A run from its beginning to its end. @returns the features, row by row */
export async function runWhole(
  pool: pg.Pool,
  program: SqlProgram,
  request: TrainingRequest,
  spine: readonly SpineRow[],
  options: Partial<TrainingRunOptions> & { readonly id: string },
): Promise<readonly Values[]> {
  const run = await openRun(pool, program, request, options);
  try {
    await run.load(batchesOf(carryingNothing(spine)));
    await run.compute(() => undefined);
    const rows = await rowsOf(run.results(0));
    return featuresOf(run.columns, featuresRead(program, request), rows);
  } finally {
    await run.drop();
    await run.close();
  }
}
