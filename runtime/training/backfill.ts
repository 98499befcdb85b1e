// Control path. A training set from a spine to a file or table: checked first, computed in PostgreSQL, written whole.
import { withCheckedSpine } from './checked-spine.ts';
import { refuseSpineAsOutput } from './io/apart.ts';
import { parseOutputSpec } from './io/output-spec.ts';
import { makeTrainingSet } from './make-training-set.ts';
import type { BackfillOptions, BackfillReport } from './options.ts';
import { runId } from './run-id.ts';
import { writtenMetadata } from './written.ts';

/**
 * Makes a training set: one row for each row of the spine, in its order, with what a read would have answered then.
 * Columns: the request, the instants, `known_at` where rows tell it, what the spine carries besides, the features, the
 * labels.
 * @throws BadRequest, SpineError, BadSpine, HistoryBehind, OutputError before anything is computed; then Unfinished,
 *   after which the same call goes on
 */
export async function backfill(options: BackfillOptions): Promise<BackfillReport> {
  if (options.out !== null) {
    refuseSpineAsOutput(options.spine, parseOutputSpec(options.out, options.format));
  }
  return await withCheckedSpine(options, async work => {
    const { target, request, checked } = work;
    const run = runId(target, request, checked);
    const nothing = { run, rows: checked.rows, columns: [], resumed: false, leak: null };
    if (options.dryRun === true) return { ...nothing, out: null, metadata: null };
    if (options.keepWritten === true) {
      const metadata = await writtenMetadata(options, run);
      if (metadata !== null) return { ...nothing, out: options.out, metadata };
    }
    return await makeTrainingSet(work);
  });
}
