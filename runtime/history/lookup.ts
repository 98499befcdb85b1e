// Control path. Lookups of a training set: a group's features for the keys that were found.
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
import { rowsOf, runAll } from './session.ts';
import type { AnyTransaction } from './session.ts';
import { planProbes } from './shape.ts';
import type { Method, Plan, Shape } from './shape.ts';
import type { Reach } from './source-reach.ts';
import type { Lookup, Staging } from './stagings.ts';
import { apart, rowsIndex, stagedRows, timeBounds } from './stage-rows.ts';
import { stageTiles, tilesRelation } from './tiles.ts';
import { lagColumn, stageTotals, totalsRelation } from './totals.ts';
import type { TableOf } from './unruly.ts';
import { tableAs } from './workspace.ts';

/** How lookups are computed. */
export interface LookupPlan {
  readonly plans: readonly Plan[];
  /** By feed: the classes of lag of its rows, for totals. */
  readonly lags: Readonly<Record<number, readonly number[]>>;
}

/**
 * Rows of the spine that ask a lookup for the same are one read, which has the number of the first of them. Reads lie in
 * order of their keys, `r` of them, so that those which look at the same rows follow each other.
 * @param keys by lookup, a query of `n`, `t`, `known`, `open` and the keys `k0…`
 * @returns how many reads there are
 */
export async function stageReads(
  trx: AnyTransaction,
  { workspace, group, lookups }: Staging,
  keys: (lookup: number) => string,
): Promise<number> {
  const same = [...group.keys.map((_, place) => `s."k${place}"`), 's."t"', 's."known"'].join(', ');
  const isShared = workspace === 'unlogged';
  for (const { index } of lookups) {
    const reads = lookupReadsRelation(index);
    await runAll(trx, [
      tableAs(
        workspace,
        reads,
        `select s.*, min(s."n") over (partition by ${same}) as "read" from (${keys(index)}) as s`,
      ),
      ...(isShared ? [`create index on ${reads} ("n")`] : []),
      `analyze ${reads} ("n", "read")`,
    ]);
  }
  const each = lookups.map(
    ({ index }) =>
      `select s.*, ${index} as "lookup" from ${lookupReadsRelation(index)} as s where s."n" = s."read"`,
  );
  const distinct = `select s.*, row_number() over (order by ${same}) as "r" from (${each.join(' union all ')}) as s`;
  await runAll(trx, [
    tableAs(workspace, readsRelation, readsQuery(group, distinct)),
    ...(isShared ? [`create index on ${readsRelation} ("r")`] : []),
    `analyze ${readsRelation} (${[...group.keys.map((_, place) => `"k${place}"`), '"lookup"', '"r"'].join(', ')})`,
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
  staging: Staging,
  feed: SqlFeed,
  sources: readonly SqlSource[],
  tableOf: TableOf,
  shape: Shape,
): Promise<void> {
  const { workspace, group, allKnown } = staging;
  const reach = await feedReach(trx, staging, feed);
  const all = (name: string): string => tableOf(name, reach);
  const source = sources.find(({ name }) => name === feed.sources[0])!;
  const isFound =
    shape === 'auto' && (await findByKey(trx, workspace, group, feed, source, all(source.name), allKnown));
  const table = isFound ? () => foundRelation : all;
  await runAll(trx, [
    ...['set local enable_nestloop = off', 'set local max_parallel_workers_per_gather to default'],
    ...stageRows(staging, feed, table, reach),
    ...['set local enable_nestloop = on', 'set local max_parallel_workers_per_gather = 0'],
    ...(isFound ? [`drop table ${foundRelation}`] : []),
  ]);
}

/** Measures the staged rows, chooses how windows are computed, and stages what that takes. */
export async function stagePlan(trx: AnyTransaction, staging: Staging, shape: Shape): Promise<LookupPlan> {
  const { group, workspace, allKnown } = staging;
  const densities = await measureFeeds(trx, staging);
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
  staging: Staging,
): Promise<ReadonlyMap<number, Density>> {
  const densities = new Map<number, Density>();
  for (const feed of staging.group.feeds)
    densities.set(feed.index, await measure(trx, staging.group, feed, hasLag(staging, feed)));
  return densities;
}

/** Computes the results of some of the reads, by their place `r`: those of each lookup into its own. */
export async function computeLookups(
  trx: AnyTransaction,
  { workspace, lookups }: Staging,
  plan: LookupPlan,
  part: Part,
  into: 'made' | 'present',
): Promise<void> {
  for (const lookup of lookups) await computePart(trx, workspace, lookupTable(lookup, plan), part, into);
}

function lookupTable({ group, index }: Lookup, { plans, lags }: LookupPlan): ResultTable {
  const own = plansWithin(group, plans);
  return {
    relation: lookupRelation(index),
    query: part =>
      groupQuery(
        group,
        own,
        feed => lags[feed] ?? [],
        `(select s.* from ${readsRelation} as s where s."lookup" = ${index}${inPart('and', 's."r"', part)})`,
      ),
    columns: [...group.aggregates, ...firstLayer(group.derived)],
    later: laterLayers(group.derived),
    kept: null,
  };
}

/** Of plans for more than this group, what it takes of them. */
function plansWithin(group: SqlGroup, plans: readonly Plan[]): readonly Plan[] {
  const taken = new Set(
    group.probes.flatMap(probe => (probe.kind === 'window' ? probe.parts.map(({ name }) => name) : [])),
  );
  return plans
    .map(plan => ({ ...plan, parts: plan.parts.filter(({ name }) => taken.has(name)) }))
    .filter(({ parts }) => parts.length > 0);
}

/** Drops what was staged. What stays are the lookups' results, and which of them is whose. */
export async function dropStaged(
  trx: AnyTransaction,
  { group }: Staging,
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
  { group, allKnown }: Staging,
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
  staging: Staging,
  feed: SqlFeed,
  table: (source: string) => string,
  reach: Reach,
): readonly string[] {
  const { group, workspace } = staging;
  const bounds = {
    earliest: reach.earliest === null ? null : `'${reach.earliest}'::bigint`,
    latest: `'${reach.latest}'::bigint`,
  };
  const lag = hasLag(staging, feed) ? [lagColumn] : [];
  const rows = feed.rows(table);
  const index = rowsIndex(group, feed)
    .map(name => `"${name}"`)
    .join(', ');
  return [
    tableAs(
      workspace,
      `"${feed.relation}"`,
      stagedRows(group, feed, feed.ofKey === null ? apart(rows) : rows, bounds, lag),
    ),
    `create index on "${feed.relation}" (${index})`,
    `analyze "${feed.relation}" (${index})`,
    ...feed.helpers.flatMap(helper => [
      tableAs(workspace, `"${helper.relation}"`, helper.rows(table)),
      `create index on "${helper.relation}" (${helper.index})`,
      `analyze "${helper.relation}"`,
    ]),
  ];
}

/** Totals need to find the rows that a read does not know. */
function hasLag({ allKnown }: Staging, { totals }: SqlFeed): boolean {
  return !allKnown && totals.length > 0;
}
