// Control path. How a training set would be computed, told of a sample of its spine before the work begins.
//
// The sample is computed for real, in one transaction that leaves nothing. What was measured of it is scaled to the
// whole spine, and the shape is chosen by the scaled numbers; the run itself measures all of its reads.
import type { TrainingRequest } from '../training/contract.ts';
import { stageFrontier } from './frontier.ts';
import { plansOf } from './group-query.ts';
import { computeLookups, dropStaged, measureFeeds, stageFeed, stagePlan, stageReads } from './lookup.ts';
import type { Density } from './measure.ts';
import type { SqlProgram } from './program.ts';
import { resolveRead, withoutLabels } from './resolve-read.ts';
import { keysQuery } from './result-query.ts';
import { readingTransaction } from './session.ts';
import type { AnyDatabase, AnyTransaction } from './session.ts';
import { planProbes } from './shape.ts';
import type { Method, Shape } from './shape.ts';
import { stageSpine } from './spine.ts';
import type { SpineRow } from './spine.ts';
import { stagingsOf } from './stagings.ts';
import type { Staging } from './stagings.ts';
import { tableHealth } from './table-health.ts';
import type { TableHealth } from './table-health.ts';
import { recordsOf, stageUnruly } from './unruly.ts';

export interface RunExplanation {
  /** In order; labels are left out. */
  readonly groups: readonly GroupExplanation[];
  /** The history's tables that are read. */
  readonly tables: readonly TableHealth[];
}

export interface GroupExplanation {
  readonly group: string;
  /** That look at the same rows of it. */
  readonly lookups: number;
  /** Of the whole spine, those of each lookup once; by the sample. */
  readonly reads: number;
  readonly feeds: readonly FeedExplanation[];
}

export interface FeedExplanation {
  readonly sources: readonly string[];
  /** Rows of the history that the sample's reads can see. */
  readonly rows: number;
  readonly windows: readonly WindowExplanation[];
}

export interface WindowExplanation {
  /** µs on average; null: no lower end. */
  readonly length: number | null;
  /** Rows in a read's window, on average. */
  readonly rows: number;
  /** How its aggregates are computed, and how many of them. */
  readonly methods: readonly { readonly method: Method; readonly aggregates: number }[];
}

export interface SpineSample {
  /** Of the whole spine. */
  readonly rows: number;
  /** Some of it, from all over. */
  readonly sample: readonly SpineRow[];
}

/** @throws BadSpineRow */
export async function explainTrainingRun(
  db: AnyDatabase,
  program: SqlProgram,
  request: Pick<TrainingRequest, 'read' | 'known' | 'before'>,
  { rows, sample }: SpineSample,
  shape: Shape = 'auto',
): Promise<RunExplanation> {
  const { known, before } = request;
  const read = withoutLabels(resolveRead(program, request.read));
  const sources = program.sources.filter(({ name }) => read.sources.includes(name));
  const tables = sources.map(({ table }) => table);
  const factor = rows / Math.max(sample.length, 1);
  return await readingTransaction(db, tables, async trx => {
    const bounded = new Set(known.kind === 'frontier' ? read.sources : []);
    if (known.kind === 'frontier') await stageFrontier(trx, 'temporary', known.positions);
    await stageSpine(trx, read.vector, sample, known, before);
    const unruly = known.kind === 'arrival' ? await stageUnruly(trx, 'temporary', sources, bounded) : [];
    const table = recordsOf({ sources, bounded, unruly: new Set(unruly), retained: new Map() });
    const groups: GroupExplanation[] = [];
    for (const staging of stagingsOf('temporary', read, known)) {
      await stageReads(trx, staging, index => keysQuery(read.vector, index));
      for (const feed of staging.group.feeds) await stageFeed(trx, staging, feed, sources, table, 'lateral');
      groups.push(explained(staging, await measureFeeds(trx, staging), factor, shape));
      await computeSample(trx, staging);
    }
    return { groups, tables: await tableHealth(trx, sources) };
  });
}

/** The lookups after it may find their keys in its results. */
async function computeSample(trx: AnyTransaction, staging: Staging): Promise<void> {
  const plan = await stagePlan(trx, staging, 'lateral');
  await computeLookups(trx, staging, plan, null, 'made');
  await dropStaged(trx, staging, plan);
}

function explained(
  { group, lookups }: Staging,
  densities: ReadonlyMap<number, Density>,
  factor: number,
  shape: Shape,
): GroupExplanation {
  const scaled = new Map(
    [...densities].map(([feed, density]) => [
      feed,
      { ...density, reads: Math.round(density.reads * factor) },
    ]),
  );
  const plans = planProbes(group, shape, scaled);
  const [first] = scaled.values();
  return {
    group: group.name,
    lookups: lookups.length,
    reads: first?.reads ?? 0,
    feeds: group.feeds.map(feed => {
      const density = densities.get(feed.index)!;
      const own = plansOf(group, feed, plans);
      return {
        sources: feed.sources,
        rows: density.rows,
        windows: [...density.windows].map(([index, { rows, length }]) => ({
          ...{ rows, length },
          methods: own
            .filter(({ window }) => window === index)
            .map(({ method, parts }) => ({ method, aggregates: parts.length })),
        })),
      };
    }),
  };
}
