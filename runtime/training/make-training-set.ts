// Control path. From a checked spine to a training set that is written: what is computed outlives an interruption.
import { HistoryBehind } from '../history/errors.ts';
import { notesOf } from '../history/notes.ts';
import { openTrainingRun } from '../history/training-run.ts';
import type { CheckedSpine } from './check-spine.ts';
import type { Progress, RowBatch, TrainingRequest, TrainingRun } from './contract.ts';
import { Unfinished } from './errors.ts';
import type { HistoryState } from './history-state.ts';
import { SpineError } from './io/errors.ts';
import { openOutput } from './io/output.ts';
import type { Output } from './io/output.ts';
import { refuseNoFile } from './io/partial-file.ts';
import type { SpineFile } from './io/spine.ts';
import { inStep, LeakCount } from './leak.ts';
import { loadSpine } from './load-spine.ts';
import { metadataOf } from './metadata.ts';
import type { BackfillOptions, BackfillReport } from './options.ts';
import { resultColumns } from './result-columns.ts';
import type { ResultColumns } from './result-columns.ts';
import { runId } from './run-id.ts';
import type { SpineColumns } from './spine-columns.ts';
import { BadRequest } from './target.ts';
import type { Target } from './target.ts';
import { writeResult } from './write-result.ts';
import { sidecarOf } from './written.ts';

export interface CheckedBackfill {
  readonly options: BackfillOptions;
  readonly target: Target;
  readonly state: HistoryState;
  readonly spine: SpineFile;
  readonly columns: SpineColumns;
  readonly checked: CheckedSpine;
  readonly request: TrainingRequest;
  readonly timeColumn: string;
}

/** @throws HistoryBehind, OutputError, BadRequest; Unfinished for all that happens once the work is under way */
export async function makeTrainingSet(work: CheckedBackfill): Promise<BackfillReport> {
  const { options, target, request, checked } = work;
  const id = runId(target, request, checked);
  const hindsight: TrainingRequest = { ...request, known: { kind: 'hindsight' } };
  const runs: TrainingRun[] = [];
  try {
    const run = await openRun(options, request, id);
    runs.push(run);
    const resumed = run.loaded !== null;
    const columns = resultColumns(run.columns, target, request, work.timeColumn);
    await probe(options, columns, id, run);
    if (resumed) options.onResumed?.(id);
    const other = options.leak === true ? await openRun(options, hindsight, `${id}_hindsight`) : null;
    if (other !== null) runs.push(other);
    const report = await underWay(id, options.signal, async () => {
      const made = await make(work, columns, id, run, other);
      for (const each of runs) await each.drop();
      return made;
    });
    return { ...report, resumed };
  } finally {
    for (const run of runs) await run.close();
  }
}

async function openRun(
  { pool, programs, jobs = 2, chunkRows = 50_000, shape, start }: BackfillOptions,
  request: TrainingRequest,
  id: string,
): Promise<TrainingRun> {
  const run = await openTrainingRun(pool, programs.sql, request, {
    ...{ id, jobs, chunkRows, anew: start === 'anew' },
    ...(shape === undefined ? {} : { shape }),
  });
  if (start !== 'only-go-on' || run.loaded !== null) return run;
  await run.drop();
  await run.close();
  throw new BadRequest(
    'there is no interrupted run of this request to go on with: spine, options or features are others, or it has ended. Leave out --resume to begin one',
  );
}

/** What cannot be written is told before hours are spent on it. A run that was begun for it is ended. */
async function probe(
  options: BackfillOptions,
  columns: ResultColumns,
  id: string,
  run: TrainingRun,
): Promise<void> {
  try {
    const sidecar = sidecarOf(options);
    if (sidecar !== null) await refuseNoFile(sidecar);
    await (await outputOf(options, columns, id))?.abandon();
  } catch (error) {
    if (run.loaded === null) await run.drop();
    throw error;
  }
}

/** What goes wrong from here on leaves what is computed, and says so. */
async function underWay<T>(id: string, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (signal?.aborted === true) throw new Unfinished(id, null);
    if (error instanceof HistoryBehind || error instanceof SpineError) throw error;
    throw new Unfinished(id, error instanceof Error ? error : new Error(String(error)));
  }
}

async function make(
  work: CheckedBackfill,
  columns: ResultColumns,
  id: string,
  run: TrainingRun,
  other: TrainingRun | null,
): Promise<Omit<BackfillReport, 'resumed'>> {
  const { options, target, request, checked, state, spine } = work;
  const progress = options.onProgress ?? (() => undefined);
  await compute(work, run, progress);
  if (other !== null) {
    await compute(work, other, each => progress({ ...each, step: `in hindsight: ${each.step}` }));
  }
  await spine.close();
  const leak = other === null ? null : new LeakCount(run.columns, target.resolved.vector.features);
  let done = 0;
  const metadata = await writeResult({
    results: leak === null || other === null ? run.results(0) : counted(run, other, leak),
    columns,
    metadata: metadataOf(
      target,
      request,
      spine.name,
      checked,
      run.frontier,
      notesOf(state.sources, state.begins, checked.before),
      id,
    ),
    output: await outputOf(options, columns, id),
    sidecar: sidecarOf(options),
    onRows: rows => progress({ step: 'writing', done: (done += rows), total: checked.rows }),
    signal: options.signal,
  });
  return {
    ...{ run: id, rows: checked.rows, columns: columns.columns, out: options.out, metadata },
    leak: leak?.result() ?? null,
  };
}

async function compute(
  { spine, columns, checked, options: { signal } }: CheckedBackfill,
  run: TrainingRun,
  progress: (progress: Progress) => void,
): Promise<void> {
  if (run.loaded === null) await loadSpine(run, { spine, columns, checked, progress, signal });
  await run.compute(progress, signal);
}

async function* counted(run: TrainingRun, other: TrainingRun, leak: LeakCount): AsyncGenerator<RowBatch> {
  for await (const [batch, hindsight] of inStep(run.results(0), other.results(0))) {
    leak.add(batch, hindsight);
    yield batch;
  }
}

async function outputOf(
  { out, format, pool }: BackfillOptions,
  { columns }: ResultColumns,
  id: string,
): Promise<Output | null> {
  if (out === null) return null;
  return await openOutput(out, columns, { id, pool, ...(format === undefined ? {} : { format }) });
}
