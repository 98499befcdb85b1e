// Control path. The query that computes a group's features for the reads of a spine.
import type { SqlDerived, SqlFeed, SqlGroup, SqlLayer } from './program.ts';
import { ordinal, quoteIdentifier, readsRelation } from './relations.ts';
import type { Plan } from './shape.ts';
import { tilesProbe } from './tiles.ts';
import { totalsProbe } from './totals.ts';

/** The reads with the ends of the group's windows; an empty window's `lo` is one above its `hi`. */
export function readsQuery(group: SqlGroup, keys: string): string {
  const ends = group.windows.flatMap(({ at, hi, index }) => [
    `${at} as "at${index}"`,
    `${hi} as "hi${index}"`,
  ]);
  const starts = group.windows.flatMap(({ lo, index }) =>
    lo === null ? [] : [`least(${lo}, s."hi${index}" + 1) as "lo${index}"`],
  );
  return `select s.*${starts.map(start => `, ${start}`).join('')} from (
  select s.*${ends.map(end => `, ${end}`).join('')} from (${keys}) as s offset 0
) as s`;
}

/**
 * One row per read: its number, all aggregates, and the derived features that are SQL.
 * @param lags of a feed's rows, the classes of lag, for totals
 * @param reads the reads that are asked for
 */
export function groupQuery(
  group: SqlGroup,
  plans: readonly Plan[],
  lags: (feed: number) => readonly number[],
  reads = readsRelation,
): string {
  const probes = [
    ...plans
      .filter(({ method }) => method !== 'totals')
      .map(plan => ({ parts: plan.parts.map(({ name }) => name), sql: windowProbe(group, plan) })),
    ...totalsProbes(group, plans, lags),
    ...group.probes.flatMap(probe => (probe.kind === 'rows' ? [{ parts: probe.parts, sql: probe.sql }] : [])),
  ];
  const parts = probes.flatMap(({ parts: names }, index) => names.map(name => `g${index}."${name}"`));
  const aggregates = group.aggregates.map(({ name, sql }) => `${sql} as ${quoteIdentifier(name)}`);
  const derived = derivedJoins(firstLayer(group.derived));
  return `select s."n" as ${ordinal}, f.*${derived.columns.map(column => `, ${column}`).join('')}
from ${reads} as s
${probes.map(({ sql }, index) => `cross join lateral (${sql}) as g${index}`).join('\n')}
cross join lateral (select ${parts.join(', ')}) as a
cross join lateral (select ${aggregates.join(', ')} offset 0) as f
${derived.joins.join('\n')}`;
}

/** The derived features that the query itself computes: those before any `compute`. */
export function firstLayer(layers: readonly SqlLayer[]): readonly SqlDerived[] {
  return layers[0]?.kind === 'sql' ? layers[0].features : [];
}

/** `cross join lateral …` for each derived feature in SQL, and their columns. */
export function derivedJoins(derived: readonly SqlDerived[]): {
  readonly joins: readonly string[];
  readonly columns: readonly string[];
} {
  return {
    joins: derived.map(
      ({ name, alias, sql, joins }) =>
        `cross join lateral (select ${sql} as ${quoteIdentifier(name)}${joins.length === 0 ? '' : ` from (select 1) as one ${joins.join(' ')}`} offset 0) as "${alias}"`,
    ),
    columns: derived.map(({ name, alias }) => `"${alias}".${quoteIdentifier(name)}`),
  };
}

function totalsProbes(
  group: SqlGroup,
  plans: readonly Plan[],
  lags: (feed: number) => readonly number[],
): readonly { readonly parts: readonly string[]; readonly sql: string }[] {
  return group.feeds.flatMap(feed => {
    const own = plansOf(group, feed, plans).filter(({ method }) => method === 'totals');
    if (own.length === 0) return [];
    const parts = own.flatMap(plan => plan.parts.map(({ name }) => name));
    return [{ parts, sql: totalsProbe(group, feed, own, lags(feed.index)) }];
  });
}

/** The plans for windows of a feed. */
export function plansOf(group: SqlGroup, feed: SqlFeed, plans: readonly Plan[]): readonly Plan[] {
  return plans.filter(plan =>
    group.windows.some(({ index, feed: of }) => index === plan.window && of === feed.index),
  );
}

function windowProbe(group: SqlGroup, plan: Plan): string {
  const window = group.windows.find(({ index }) => index === plan.window)!;
  const feed = group.feeds.find(({ index }) => index === window.feed)!;
  if (plan.method === 'tiles') return tilesProbe(feed, window, plan);
  return `select ${plan.parts.map(({ name, sql }) => `${sql} as "${name}"`).join(', ')} from "${feed.relation}" as r where ${window.rows}`;
}
