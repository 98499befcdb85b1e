// Read path for people: a group's features, or its rows, as one Kysely query, without temporary tables.
import { sql } from 'kysely';
import type { AliasedRawBuilder, Expression, RawBuilder } from 'kysely';
import { groupQuery, readsQuery } from './group-query.ts';
import type { SqlFeed, SqlGroup } from './program.ts';
import { pruneGroup } from './prune.ts';
import { plainRecord, quoteIdentifier, readsRelation } from './relations.ts';
import { apart, stagedRows, timeBounds } from './stage-rows.ts';
import type { TimeBounds } from './stage-rows.ts';

/** A read, as a query gives it: its number `n`, `t` and `known` in µs, `open` 1 for the state right before t, keys `k0…`. */
export interface Read {
  readonly n: number;
  readonly t: string;
  readonly known: string;
  readonly open: number;
}

/** A table's records are all taken to exist whoever asks; `trainingSet` tells those for which that is not so. */
const historyTable = (source: string): string =>
  `(select ${plainRecord()} from "history".${quoteIdentifier(source)} as h)`;

/**
 * The rows of a feed, to select from: `db.selectFrom(feedRows(feed)).selectAll()`. Its columns: see {@link SqlFeed}.
 */
export function feedRows<R>(feed: SqlFeed): AliasedRawBuilder<R, 'r'> {
  return sql<R>`(${sql.raw(feed.rows(historyTable))})`.as('r');
}

export interface FeatureOptions {
  /** What is computed; all unless told otherwise. */
  readonly features?: readonly string[];
}

/**
 * A group's aggregates and derived features at each of the reads, by lateral, to select from; `"#"` is the read's `n`.
 * Derived features from the first `compute` on are not in it. For more than a handful of reads use `trainingSet`,
 * which stages and indexes the rows.
 */
export function featureRows<R>(
  group: SqlGroup,
  reads: Expression<Read>,
  { features }: FeatureOptions = {},
): AliasedRawBuilder<R, 'f'> {
  const chosen = features === undefined ? group : pruneGroup(group, features);
  return statement<R>(chosen, reads).as('f');
}

function statement<R>(group: SqlGroup, reads: Expression<Read>): RawBuilder<R> {
  const [before, after] = featuresStatement(group, '\0').split('\0');
  return sql<R>`(${sql.raw(before!)}${reads}${sql.raw(after!)})`;
}

/** Where to read a feed's records of a source: a relation of them, each with `#for` and `#known`. */
export type FeedTable = (feed: SqlFeed) => (source: string) => string;

/**
 * The same as text, over the text of the reads.
 * @param table all records of a source unless told otherwise
 */
export function featuresStatement(
  group: SqlGroup,
  reads: string,
  table: FeedTable = () => historyTable,
): string {
  const plans = group.probes.flatMap(probe =>
    probe.kind === 'window' ? [{ window: probe.window, method: 'lateral' as const, parts: probe.parts }] : [],
  );
  const relations = [
    { name: readsRelation, query: readsQuery(group, reads) },
    ...group.feeds.flatMap(feed => [
      {
        name: `"${feed.relation}"`,
        query: stagedRows(group, feed, apart(feed.rows(table(feed))), boundsOf(group, feed)),
      },
      ...feed.helpers.map(helper => ({ name: `"${helper.relation}"`, query: helper.rows(table(feed)) })),
    ]),
  ];
  return `with ${relations.map(({ name, query }) => `${name} as materialized (${query})`).join(',\n')}
${groupQuery(group, plans, () => [])}`;
}

/** What the windows of a feed look at, over the statement's own reads. */
export const boundsOf = (group: SqlGroup, feed: SqlFeed): TimeBounds =>
  timeBounds(group, feed, (aggregate, value) => `(select ${aggregate}(${value}) from ${readsRelation} as s)`);
