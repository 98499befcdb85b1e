// Control path. How a training set would be computed, before it is.
import { explainTrainingRun } from '../history/explain-run.ts';
import type { RunExplanation } from '../history/explain-run.ts';
import type { SpineRow } from '../history/spine.ts';
import { withCheckedSpine } from './checked-spine.ts';
import { databaseOn } from './history-state.ts';
import type { CheckedBackfill } from './make-training-set.ts';
import type { BackfillOptions } from './options.ts';
import { carriedRows } from './spine-columns.ts';

/** So many rows of a spine tell how dense the others are. */
const sampled = 1000;

/**
 * Which shape of SQL is chosen for each window, by what density, and whether PostgreSQL has statistics to plan with.
 * Some of the spine's rows are computed for it.
 * @throws BadRequest, SpineError, BadSpine, HistoryBehind
 */
export async function explainBackfill(options: BackfillOptions): Promise<RunExplanation> {
  return await withCheckedSpine(options, async work => {
    const { pool, programs, shape } = options;
    const spine = { rows: work.checked.rows, sample: await sampleOf(work) };
    return await explainTrainingRun(databaseOn(pool), programs.sql, work.request, spine, shape);
  });
}

/** Rows from all over the spine, equally far from each other. */
async function sampleOf({ spine, columns, checked }: CheckedBackfill): Promise<readonly SpineRow[]> {
  const every = Math.max(1, Math.floor(checked.rows / sampled));
  const sample: SpineRow[] = [];
  let first = 0;
  for await (const batch of spine.batches()) {
    const rows = carriedRows(columns, batch);
    sample.push(...rows.filter((_, row) => (first + row) % every === 0));
    first += batch.rows;
  }
  return sample;
}
