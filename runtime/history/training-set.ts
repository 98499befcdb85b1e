// Control path. A training set of rows at hand: a spine with the values of a group or a vector at each of its rows
// (semantics §8). One transaction; for a spine that memory should not hold there is `openTrainingRun`.
import { computePart } from './compute-part.ts';
import { alongChain, stageSteps } from './frontier-chain.ts';
import { frontierOf, requireHistory, stageFrontier } from './frontier.ts';
import { computeLookups, dropStaged, stageFeed, stagePlan, stageReads } from './lookup.ts';
import type { SqlColumn, SqlProgram } from './program.ts';
import { ordinal, resultRelation } from './relations.ts';
import { resolveRead, withoutLabels } from './resolve-read.ts';
import type { ReadTarget } from './resolve-read.ts';
import { columnsOfVector, keysQuery, resultTable } from './result-query.ts';
import { readRetained } from './retained.ts';
import { readingTransaction, rowsOf } from './session.ts';
import type { AnyDatabase, AnyTransaction } from './session.ts';
import type { Shape } from './shape.ts';
import { knownAt, stageSpine } from './spine.ts';
import type { Known, KnownFrontiers, SpineRow } from './spine.ts';
import { stagingsOf } from './stagings.ts';
import type { Staging } from './stagings.ts';
import { recordsOf, stageUnruly } from './unruly.ts';
import type { TableOf } from './unruly.ts';
import { decode } from './values.ts';
import type { Value } from './values.ts';

export interface TrainingSetOptions {
  /** Name of what is read. */
  readonly read: ReadTarget;
  readonly spine: readonly SpineRow[];
  readonly known: Known | KnownFrontiers;
  /** Reads of the state right before each t. */
  readonly before?: boolean;
  /** Whether the vector's labels are computed too; true unless told otherwise. */
  readonly labels?: boolean;
  /** How it is computed; of no matter to the values. `auto` unless told otherwise. */
  readonly shape?: Shape;
  /** Answers though the history is behind: from a hole. */
  readonly allowHistoryBehind?: boolean;
}

/** Looks at the reads of lookups, and at what was staged for them, before their results are computed. */
export type LookAt = (trx: AnyTransaction, staging: Staging, table: TableOf) => Promise<void>;

/**
 * One row for each row of the spine, in its order: the visible features by name, in order, then the labels, as inner
 * values.
 * @throws HistoryBehind, BadSpineRow
 */
export async function trainingSet(
  db: AnyDatabase,
  program: SqlProgram,
  options: TrainingSetOptions,
  lookAt?: LookAt,
): Promise<readonly Readonly<Record<string, Value>>[]> {
  const { before = false, shape = 'auto' } = options;
  if (options.spine.length === 0) return [];
  const { spine, known, within, steps } =
    options.known.kind === 'frontiers'
      ? alongChain(options.known, options.spine)
      : { spine: options.spine, known: options.known, within: options.known, steps: null };
  const resolved = resolveRead(program, options.read);
  const read = options.labels === false ? withoutLabels(resolved) : resolved;
  const { vector } = read;
  const sources = program.sources.filter(({ name }) => read.allSources.includes(name));
  const tables = sources.map(({ table }) => table);
  return await readingTransaction(db, tables, async trx => {
    const frontier = await frontierOf(trx, read.allSources);
    if (options.allowHistoryBehind !== true)
      requireHistory(
        frontier.filter(({ source }) => read.sources.includes(source)),
        read.sources,
        within,
        latestKnown(spine, known),
      );
    if (within.kind === 'frontier') await stageFrontier(trx, workspace, within.positions);
    if (steps !== null) await stageSteps(trx, workspace, steps);
    const bounded = new Set(within.kind === 'frontier' ? read.sources : []);
    const isChain = steps !== null;
    await stageSpine(trx, vector, spine, known, before);
    const records = {
      sources,
      bounded,
      isChain,
      unruly: new Set(
        known.kind === 'arrival' ? await stageUnruly(trx, workspace, sources, bounded, isChain) : [],
      ),
      retained: options.allowHistoryBehind === true ? new Map<string, number>() : await readRetained(trx),
    };
    for (const staging of stagingsOf(workspace, read, known)) {
      const table = recordsOf(staging.isOfLabels ? { ...records, bounded: new Set() } : records);
      await stageReads(trx, staging, index => keysQuery(vector, index));
      for (const feed of staging.group.feeds) await stageFeed(trx, staging, feed, sources, table, shape);
      await lookAt?.(trx, staging, table);
      const plan = await stagePlan(trx, staging, shape);
      await computeLookups(trx, staging, plan, null, 'made');
      await dropStaged(trx, staging, plan);
    }
    await computePart(trx, workspace, resultTable(vector, frontier), null, 'made');
    return decodeRows(
      columnsOfVector(vector),
      await rowsOf(trx, `select f.* from ${resultRelation} as f order by f.${ordinal}`),
    );
  });
}

const workspace = 'temporary';

function decodeRows(
  features: readonly SqlColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly Readonly<Record<string, Value>>[] {
  return rows.map(raw => {
    const row: Record<string, Value> = {};
    for (const { name, type } of features) row[name] = decode(type, raw[name]);
    return row;
  });
}

const latestKnown = (spine: readonly SpineRow[], known: Known): number =>
  spine.reduce((latest, row) => Math.max(latest, knownAt(row, known) ?? -Infinity), -Infinity);
