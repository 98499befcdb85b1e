// Control path. The computation of a training run, step by step:
//
//   1. the history is asked whether it reaches far enough, and the run's frontier is fixed
//   2. staging by staging: the reads, the rows they can see, what is needed to look at few of them; then parts of the
//      reads, by as many connections as there are jobs
//   3. parts of the result, in the spine's order
//
// A part is computed of relations that no longer change: neither what comes into the history meanwhile, nor when or by
// whom it is computed, can matter to it.
import type { Progress, TrainingRequest } from '../training/contract.ts';
import { computePart, nothing } from './compute-part.ts';
import type { ResultTable } from './compute-part.ts';
import { HistoryBehind } from './errors.ts';
import { frontierOf, isSamePartition, requireHistory, stageFrontier } from './frontier.ts';
import type { HistoryFrontier } from './frontier.ts';
import { computeLookups, dropStaged, stageFeed, stagePlan, stageReads } from './lookup.ts';
import { importTopic } from './partitions.ts';
import type { SqlFeed, SqlSource } from './program.ts';
import {
  labelFrontierRelation,
  lookupReadsRelation,
  lookupRelation,
  ordinal,
  resultRelation,
  spineRelation,
} from './relations.ts';
import type { ResolvedRead } from './resolve-read.ts';
import { keysQuery, resultTable } from './result-query.ts';
import { readRetained } from './retained.ts';
import { fixFrontier } from './run-record.ts';
import type { Steps } from './run-steps.ts';
import { rowsOf, runAll } from './session.ts';
import type { AnyTransaction } from './session.ts';
import type { Shape } from './shape.ts';
import type { FrontierPosition } from './spine.ts';
import { stagingsOf } from './stagings.ts';
import type { Staging } from './stagings.ts';
import { recordsOf, stageUnruly } from './unruly.ts';

export interface RunContext {
  readonly steps: Steps;
  readonly request: TrainingRequest;
  readonly read: ResolvedRead;
  /** Those that are read. */
  readonly sources: readonly SqlSource[];
  /** Where the history stood when the run was opened. */
  readonly frontier: readonly HistoryFrontier[];
  /** How far the run looks. */
  readonly positions: readonly FrontierPosition[];
  readonly spineRows: number;
  readonly chunkRows: number;
  readonly jobs: number;
  readonly shape: Shape;
  readonly allowHistoryBehind: boolean;
}

export interface Watch {
  readonly progress: (progress: Progress) => void;
  readonly signal: AbortSignal | undefined;
}

const workspace = 'unlogged';

/** Computes what is not computed yet. @throws HistoryBehind */
export async function computeRun(run: RunContext, watch: Watch): Promise<void> {
  if (run.spineRows === 0 || run.steps.has('result')) return;
  const unruly = new Set(await begin(run));
  for (const staging of stagingsOf(workspace, run.read, run.request.known))
    await runStaging(run, watch, staging, unruly);
  await computeResult(run, watch);
}

const tablesOf = (sources: readonly SqlSource[]): readonly string[] => sources.map(({ table }) => table);

/** @returns the sources that have unruly rows */
async function begin(run: RunContext): Promise<readonly string[]> {
  const { steps, request, sources, frontier, positions } = run;
  return await steps.once('begin', tablesOf(sources), async trx => {
    await requireImports(trx, run);
    if (!run.allowHistoryBehind) {
      const [row] = await rowsOf(trx, `select max("known") as latest from ${spineRelation}`);
      const needed = frontier.filter(({ source }) => run.read.sources.includes(source));
      requireHistory(needed, run.read.sources, request.known, Number(row!['latest']));
    }
    await fixFrontier(trx);
    await stageFrontier(trx, workspace, positions);
    if (run.read.labelGroups.length > 0) await stageFrontier(trx, workspace, frontier, labelFrontierRelation);
    if (request.known.kind !== 'arrival') return [];
    return await stageUnruly(trx, workspace, sources, await boundedNow(trx, run, false));
  });
}

/**
 * The sources of which there is more by now than the run may look at. Offsets and rows are committed together: where
 * the frontier is still the run's, there are no rows beyond it.
 */
async function boundedNow(
  trx: AnyTransaction,
  { request, read, frontier }: RunContext,
  isOfLabels: boolean,
): Promise<ReadonlySet<string>> {
  if (request.known.kind === 'frontier' && !isOfLabels) return new Set(read.sources);
  const now = await frontierOf(trx, read.allSources);
  const moved = now.filter(
    each => !frontier.some(then => isSamePartition(then, each) && then.nextOffset === each.nextOffset),
  );
  return new Set(moved.map(({ source }) => source));
}

/**
 * What was staged before and what is staged now are of the same records: an import that was dropped meanwhile is in
 * neither the history nor its frontier.
 * @throws HistoryBehind
 */
async function requireImports(trx: AnyTransaction, { read, frontier }: RunContext): Promise<void> {
  const now = await frontierOf(trx, read.allSources);
  const gone = frontier.filter(
    then => then.topic === importTopic && !now.some(each => isSamePartition(each, then)),
  );
  if (gone.length === 0) return;
  const present =
    'none of them: the import was dropped since this training set was begun (--restart begins anew)';
  throw new HistoryBehind(
    gone.map(of => ({ source: of.source, of, needed: `offsets below ${of.nextOffset}`, present })),
  );
}

async function runStaging(
  run: RunContext,
  watch: Watch,
  staging: Staging,
  unruly: ReadonlySet<string>,
): Promise<void> {
  const { steps } = run;
  const { group, lookups } = staging;
  const name = nameOf(staging);
  if (steps.has(`${name} end`)) return;
  const total = group.feeds.length + 2;
  const staged = (done: number): void => {
    if (steps.has(`${name} plan`)) return;
    watch.signal?.throwIfAborted();
    watch.progress({ step: `staging ${group.name}`, done, total });
  };
  staged(0);
  const reads = await steps.once(`${name} reads`, [], trx =>
    stageReads(trx, staging, index => keysQuery(run.read.vector, index)),
  );
  for (const [place, feed] of group.feeds.entries()) {
    staged(1 + place);
    await stageFeedOnce(run, staging, feed, unruly);
  }
  staged(total - 1);
  const plan = await steps.once(`${name} plan`, [], async trx => {
    const chosen = await stagePlan(trx, staging, run.shape);
    await computeLookups(trx, staging, chosen, nothing, 'made');
    return chosen;
  });
  const parts = { name, step: `computing ${group.name}`, total: reads, first: 1, rows: run.chunkRows };
  await inParts(run, watch, parts, (trx, part) => computeLookups(trx, staging, plan, part, 'present'));
  await steps.once(`${name} end`, [], async trx => {
    await runAll(
      trx,
      lookups.flatMap(({ index }) => [
        `create index on ${lookupRelation(index)} (${ordinal})`,
        `analyze ${lookupRelation(index)} (${ordinal})`,
      ]),
    );
    await dropStaged(trx, staging, plan);
  });
}

/** By its first lookup. */
const nameOf = ({ lookups }: Staging): string => `staging ${lookups[0]!.index}`;

async function stageFeedOnce(
  run: RunContext,
  staging: Staging,
  feed: SqlFeed,
  unruly: ReadonlySet<string>,
): Promise<void> {
  const sources = run.sources.filter(({ name }) => feed.sources.includes(name));
  await run.steps.once(`${nameOf(staging)} feed ${feed.index}`, tablesOf(sources), async trx => {
    await requireImports(trx, run);
    const table = recordsOf({
      sources,
      unruly,
      bounded: await boundedNow(trx, run, staging.isOfLabels),
      ...(staging.isOfLabels ? { frontier: labelFrontierRelation } : {}),
      retained: run.allowHistoryBehind ? new Map() : await readRetained(trx),
    });
    await stageFeed(trx, staging, feed, sources, table, run.shape);
  });
}

async function computeResult(run: RunContext, watch: Watch): Promise<void> {
  const { steps, read, spineRows } = run;
  const table = resultTable(read.vector, run.frontier);
  await steps.once('result begin', [], trx => computePart(trx, workspace, table, nothing, 'made'));
  const parts = {
    name: 'result',
    step: 'joining',
    total: spineRows,
    first: 0,
    rows: joinedAtOnce(run, table),
  };
  await inParts(run, watch, parts, (trx, part) => computePart(trx, workspace, table, part, 'present'));
  await steps.once('result', [], async trx => {
    const lookups = [...read.groups, ...read.labelGroups].flatMap((_, index) => [
      lookupRelation(index),
      lookupReadsRelation(index),
    ]);
    await runAll(trx, [
      `create index on ${resultRelation} (${ordinal})`,
      `analyze ${resultRelation} (${ordinal})`,
      ...(lookups.length > 0 ? [`drop table ${lookups.join(', ')}`] : []),
    ]);
  });
}

/**
 * Each part may look through the lookups' results from end to end, so there are few parts, as long as none has to be
 * in memory: as many whatever the jobs, for another process may go on with them.
 */
function joinedAtOnce({ spineRows, chunkRows }: RunContext, { later }: ResultTable): number {
  return later.length > 0 ? chunkRows : Math.max(chunkRows, Math.ceil(spineRows / joinParts));
}

const joinParts = 8;

interface Parts {
  /** Of the steps. */
  readonly name: string;
  /** In words. */
  readonly step: string;
  readonly total: number;
  /** The number of the first. */
  readonly first: number;
  /** So many at once. */
  readonly rows: number;
}

/** Computes numbers in parts, several at a time. The first that fails lets no other begin. */
async function inParts(
  { steps, jobs }: RunContext,
  { progress, signal }: Watch,
  { name, step, total, first, rows: atOnce }: Parts,
  compute: (trx: AnyTransaction, part: { readonly first: number; readonly last: number }) => Promise<void>,
): Promise<void> {
  let next = 0;
  let done = 0;
  let hasFailed = false;
  const work = async (): Promise<void> => {
    while (next < total && !hasFailed) {
      signal?.throwIfAborted();
      const from = next;
      const rows = Math.min(atOnce, total - from);
      next += rows;
      const part = { first: first + from, last: first + from + rows - 1 };
      await steps.once(`${name} part ${part.first}`, [], trx => compute(trx, part));
      done += rows;
      progress({ step, done, total });
    }
  };
  const workers = Array.from({ length: jobs }, () =>
    work().catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find(result => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
