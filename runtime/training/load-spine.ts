// Control path. A checked spine into a run.
import type { CheckedSpine } from './check-spine.ts';
import type { CarriedRow, Progress, TrainingRun } from './contract.ts';
import { SpineError } from './io/errors.ts';
import type { SpineFile } from './io/spine.ts';
import { carriedRows } from './spine-columns.ts';
import type { SpineColumns } from './spine-columns.ts';
import { SpineDigest } from './spine-digest.ts';

export interface SpineToLoad {
  readonly spine: SpineFile;
  readonly columns: SpineColumns;
  readonly checked: CheckedSpine;
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal | undefined;
}

/** @throws SpineError where the spine is not what it was when it was checked */
export async function loadSpine(run: TrainingRun, work: SpineToLoad): Promise<void> {
  try {
    await run.load(rowsOf(work));
  } catch (error) {
    // Under this name nobody would look for it again.
    if (error instanceof SpineError) await run.drop();
    throw error;
  }
}

async function* rowsOf({
  spine,
  columns,
  checked,
  progress,
  signal,
}: SpineToLoad): AsyncGenerator<readonly CarriedRow[]> {
  const digest = new SpineDigest(spine.columns);
  let done = 0;
  for await (const batch of spine.batches()) {
    signal?.throwIfAborted();
    digest.add(batch);
    if (batch.problems.length > 0) break;
    yield carriedRows(columns, batch);
    done += batch.rows;
    progress({ step: 'loading the spine', done, total: checked.rows });
  }
  if (digest.result() !== checked.digest) {
    throw new SpineError(`${spine.name} was changed while it was read: begin again when it is written`);
  }
}
