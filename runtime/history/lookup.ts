// Control path. One lookup of a training set: a group's features for the keys that were found.
//
//   1. the reads, each once, in order of their keys
//   2. the rows of each feed that they can see, and what is needed to look at few of them
//   3. the results, read by read, in parts
import { computePart, inPart } from './compute-part.ts';
import type { Part, ResultTable } from './compute-part.ts';
import { laterLayers } from './derive.ts';
import { firstLayer, groupQuery, plansOf, readsQuery } from './group-query.ts';
import { measure } from './measure.ts';
import type { Density } from './measure.ts';
import type { SqlFeed, SqlGroup, SqlSource } from './program.ts';
import { findByKey, foundRelation } from './records-by-key.ts';
import { lookupReadsRelation, lookupRelation, readsRelation } from './relations.ts';
import type { ResolvedRead } from './resolve-read.ts';
import { rowsOf, runAll } from './session.ts';
import type { AnyTransaction } from './session.ts';
import { planProbes } from './shape.ts';
import type { Method, Plan, Shape } from './shape.ts';
import type { Reach } from './source-reach.ts';
import type { Known } from './spine.ts';
import { apart, rowsIndex, stagedRows, timeBounds } from './stage-rows.ts';
import { stageTiles, tilesRelation } from './tiles.ts';
import { lagColumn, stageTotals, totalsRelation } from './totals.ts';
import type { TableOf } from './unruly.ts';
import { tableAs } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** One of a vector's lookups, and what it is made with. */
export interface Lookup {
  readonly workspace: Workspace;
  readonly group: SqlGroup;
  /** Its place among the vector's. */
  readonly index: number;
  /** Whether every read knows all rows that are read. */
  readonly allKnown: boolean;
  /** Whether it is one of labels, for which there is no limit of what is known. */
  readonly isOfLabels: boolean;
}

/** A vector's lookups in order, then those of its labels. */
export function lookupsOf(
  workspace: Workspace,
  { groups, labelGroups }: ResolvedRead,
  known: Known,
): readonly Lookup[] {
  return [...groups, ...labelGroups].map((group, index) => {
    const isOfLabels = index >= groups.length;
    return { workspace, group, index, allKnown: isOfLabels || known.kind !== 'arrival', isOfLabels };
  });
}

/** How a lookup is computed. */
export interface LookupPlan {
  readonly plans: readonly Plan[];
  /** By feed: the classes of lag of its rows, for totals. */
  readonly lags: Readonly<Record<number, readonly number[]>>;
}

/**
 * Rows of the spine that ask for the same are one read, which has the number of the first of them. Reads lie in order
 * of their keys, `r` of them, so that those which look at the same rows follow each other.
 * @param keys a query of `n`, `t`, `known`, `open` and the keys `k0…`
 * @returns how many reads there are
 */
export async function stageReads(
  trx: AnyTransaction,
  { workspace, group, index }: Lookup,
  keys: string,
): Promise<number> {
  const same = [...group.keys.map((_, place) => `s."k${place}"`), 's."t"', 's."known"'].join(', ');
  const reads = lookupReadsRelation(index);
  const distinct = `select s.*, row_number() over (order by ${same}) as "r" from ${reads} as s where s."n" = s."read"`;
  await runAll(trx, [
    tableAs(
      workspace,
      reads,
      `select s.*, min(s."n") over (partition by ${same}) as "read" from (${keys}) as s`,
    ),
    `analyze ${reads}`,
    tableAs(workspace, readsRelation, readsQuery(group, distinct)),
    ...(workspace === 'unlogged'
      ? [`create index on ${readsRelation} ("r")`, `create index on ${reads} ("n")`]
      : []),
    `analyze ${readsRelation}`,
  ]);
  const [row] = await rowsOf(trx, `select count(*) as reads from ${readsRelation}`);
  return Number(row!['reads']);
}

/**
 * Stages what the reads can see of a feed.
 * @param sources that of the feed among them
 * @param shape `auto`: its records are found by key where that is worth it
 */
export async function stageFeed(
  trx: AnyTransaction,
  lookup: Lookup,
  feed: SqlFeed,
  sources: readonly SqlSource[],
  tableOf: TableOf,
  shape: Shape,
): Promise<void> {
  const { workspace, group } = lookup;
  const reach = await feedReach(trx, lookup, feed);
  const all = (name: string): string => tableOf(name, reach);
  const source = sources.find(({ name }) => name === feed.sources[0])!;
  const isFound =
    shape === 'auto' && (await findByKey(trx, workspace, group, feed, source, all(source.name)));
  const table = isFound ? () => foundRelation : all;
  await runAll(trx, [
    ...['set local enable_nestloop = off', 'set local max_parallel_workers_per_gather to default'],
    ...stageRows(lookup, feed, table, reach),
    ...['set local enable_nestloop = on', 'set local max_parallel_workers_per_gather = 0'],
    ...(isFound ? [`drop table ${foundRelation}`] : []),
  ]);
}

/** Measures the staged rows, chooses how windows are computed, and stages what that takes. */
export async function stagePlan(trx: AnyTransaction, lookup: Lookup, shape: Shape): Promise<LookupPlan> {
  const { group, workspace, allKnown } = lookup;
  const densities = await measureFeeds(trx, lookup);
  const plans = planProbes(group, shape, densities);
  for (const feed of group.feeds) {
    const by = (method: Method): readonly Plan[] =>
      plansOf(group, feed, plans).filter(plan => plan.method === method);
    if (by('totals').length > 0) await runAll(trx, stageTotals(workspace, feed, by('totals'), allKnown));
    if (by('tiles').length > 0) await runAll(trx, stageTiles(workspace, feed));
  }
  return { plans, lags: Object.fromEntries([...densities].map(([feed, { lags }]) => [feed, lags])) };
}

/** How much there is to look at, by feed. */
export async function measureFeeds(
  trx: AnyTransaction,
  lookup: Lookup,
): Promise<ReadonlyMap<number, Density>> {
  const densities = new Map<number, Density>();
  for (const feed of lookup.group.feeds)
    densities.set(feed.index, await measure(trx, lookup.group, feed, hasLag(lookup, feed)));
  return densities;
}

/** Computes the results of some of the reads, by their place `r`. */
export async function computeLookup(
  trx: AnyTransaction,
  lookup: Lookup,
  plan: LookupPlan,
  part: Part,
  into: 'made' | 'present',
): Promise<void> {
  await computePart(trx, lookup.workspace, lookupTable(lookup, plan), part, into);
}

function lookupTable({ group, index }: Lookup, { plans, lags }: LookupPlan): ResultTable {
  return {
    relation: lookupRelation(index),
    query: part =>
      groupQuery(
        group,
        plans,
        feed => lags[feed] ?? [],
        part === null ? readsRelation : `(select s.* from ${readsRelation} as s${inPart('s."r"', part)})`,
      ),
    columns: [...group.aggregates, ...firstLayer(group.derived)],
    later: laterLayers(group.derived),
    kept: null,
  };
}

/** Drops what was staged for a lookup. What stays are its results, and which of them is whose. */
export async function dropStaged(
  trx: AnyTransaction,
  { group }: Lookup,
  { plans }: LookupPlan,
): Promise<void> {
  const relations = [
    readsRelation,
    ...group.feeds.flatMap(feed => {
      const methods = plansOf(group, feed, plans).map(({ method }) => method);
      return [
        `"${feed.relation}"`,
        ...feed.helpers.map(({ relation }) => `"${relation}"`),
        ...(methods.includes('totals') ? [totalsRelation(feed)] : []),
        ...(methods.includes('tiles') ? [tilesRelation(feed)] : []),
      ];
    }),
  ];
  await runAll(trx, [`drop table ${relations.join(', ')}`]);
}

/** What the windows of a feed reach over, and the latest arrival that a read knows. */
export async function feedReach(
  trx: AnyTransaction,
  { group, allKnown }: Lookup,
  feed: SqlFeed,
): Promise<Reach> {
  const ends: string[] = ['max(s."known")'];
  const place = (aggregate: string, value: string): string => `c${ends.push(`${aggregate}(${value})`) - 1}`;
  const { earliest, latest } = timeBounds(group, feed, place);
  const columns = ends.map((end, number) => `${end} as c${number}`);
  const [row] = await rowsOf(trx, `select ${columns.join(', ')} from ${readsRelation} as s`);
  const us = (column: string): bigint => BigInt(row![column] as string);
  return {
    earliest: earliest === null ? null : us(earliest),
    latest: us(latest),
    known: allKnown ? null : us('c0'),
  };
}

/**
 * Rows lie in the order in which windows read them: a window is a few neighbouring pages. Without nested loops: a
 * history that was loaded a moment ago has no statistics, and PostgreSQL would take it for next to nothing.
 */
function stageRows(
  lookup: Lookup,
  feed: SqlFeed,
  table: (source: string) => string,
  reach: Reach,
): readonly string[] {
  const { group, workspace } = lookup;
  const bounds = {
    earliest: reach.earliest === null ? null : `'${reach.earliest}'::bigint`,
    latest: `'${reach.latest}'::bigint`,
  };
  const lag = hasLag(lookup, feed) ? [lagColumn] : [];
  const rows = feed.rows(table);
  return [
    tableAs(
      workspace,
      `"${feed.relation}"`,
      stagedRows(group, feed, feed.ofKey === null ? apart(rows) : rows, bounds, lag),
    ),
    `create index on "${feed.relation}" (${rowsIndex(group, feed)
      .map(name => `"${name}"`)
      .join(', ')})`,
    `analyze "${feed.relation}"`,
    ...feed.helpers.flatMap(helper => [
      tableAs(workspace, `"${helper.relation}"`, helper.rows(table)),
      `create index on "${helper.relation}" (${helper.index})`,
      `analyze "${helper.relation}"`,
    ]),
  ];
}

/** Totals need to find the rows that a read does not know. */
function hasLag({ allKnown }: Lookup, { totals }: SqlFeed): boolean {
  return !allKnown && totals.length > 0;
}
