// Control path. The shape "running totals" (EXACTNESS §8, c2): sums over a window as the difference of two sums.
//
//   1. beside the rows of a feed stand, per key in order of time, the sums up to each instant
//   2. a window's sum is the total at its end less the total before its start: an index look-up each; windows that
//      end together share the one
//   3. totals hold every row; those a read does not know yet are summed on their own and taken off
//
// What is not known at `known` arrived after it. A row that arrived `a` later than it happened is unknown for so long:
// to find such rows without looking at every row of the window, rows are told apart by classes of `a`, each up to
// four times as long as the one before, and of a class only the rows that are younger than its longest are looked at.
import type { SqlFeed, SqlGroup, SqlPart, SqlRunningTotal, SqlWindow } from './program.ts';
import { columnsOf } from './relations.ts';
import type { Plan } from './shape.ts';
import { tableAs } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** From which lag on, µs, a row is of class 1, 2, …; those of class 0 were known when they happened. */
const lagClasses = [1, ...Array.from({ length: 12 }, (_, power) => 60_000_000 * 4 ** power)];
/** Longer than any lag, of rows without time too. */
const longestLag = '9200000000000000000';

/** The class of a row `r`. */
export const lagColumn = `width_bucket(r."arrived" - r."t", array[${lagClasses.join(', ')}]::bigint[])::smallint as "lag"`;

export const totalsRelation = ({ relation }: SqlFeed): string => `"${relation}_totals"`;

/** Statements that make the totals, after the rows. `allKnown`: no row will have to be taken off. */
export function stageTotals(
  workspace: Workspace,
  feed: SqlFeed,
  plans: readonly Plan[],
  allKnown: boolean,
): readonly string[] {
  const used = new Set(plans.flatMap(({ parts }) => parts.map(({ total }) => total)));
  const totals = feed.totals
    .filter(({ name }) => used.has(name))
    .map(total => `coalesce(${sumOf(total)} over w, 0) as "${total.name}"`);
  const keys = columnsOf('r', feed.keys);
  const index = (columns: readonly string[]): string => columns.map(name => `"${name}"`).join(', ');
  return [
    tableAs(
      workspace,
      totalsRelation(feed),
      `select ${keys}, r."t", ${totals.join(', ')} from "${feed.relation}" as r
window w as (partition by ${keys} order by r."t")`,
    ),
    `create index on ${totalsRelation(feed)} (${index([...feed.keys, 't'])})`,
    `analyze ${totalsRelation(feed)}`,
    ...(allKnown ? [] : [`create index on "${feed.relation}" (${index([...feed.keys, 'lag', 't'])})`]),
  ];
}

/**
 * A subquery over `s` that yields the parts of all windows of a feed.
 * @param lags the classes that have rows; none: no row has to be taken off
 */
export function totalsProbe(
  group: SqlGroup,
  feed: SqlFeed,
  plans: readonly Plan[],
  lags: readonly number[],
): string {
  const windows = plans.map(plan => ({
    window: group.windows.find(({ index }) => index === plan.window)!,
    parts: plan.parts,
  }));
  const ofKey = feed.keys.map(key => `r."${key}" = s."${key}"`).join(' and ');
  const totalAt = (parts: readonly SqlPart[], condition: string): string =>
    `(select ${columnsOf('r', totalsOf(parts))} from ${totalsRelation(feed)} as r where ${ofKey} and ${condition} order by r."t" desc limit 1)`;
  const heads = [...new Set(windows.map(({ window }) => window.hi))].map(hi =>
    windows.filter(({ window }) => window.hi === hi),
  );
  const joins = [
    ...heads.map(
      (together, place) =>
        `left join lateral ${totalAt(
          together.flatMap(({ parts }) => parts),
          `r."t" <= s."hi${together[0]!.window.index}"`,
        )} as h${place} on true`,
    ),
    ...windows
      .filter(({ window }) => window.lo !== null)
      .map(
        ({ window, parts }) =>
          `left join lateral ${totalAt(parts, `r."t" < s."lo${window.index}"`)} as b${window.index} on true`,
      ),
    ...(lags.length === 0 ? [] : [`cross join lateral (${unknownRows(feed, windows, lags, ofKey)}) as u`]),
  ];
  const columns = windows.flatMap(({ window, parts }) => {
    const head = heads.findIndex(together => together.some(other => other.window === window));
    return parts.map(part => `${difference(window, part, head, lags)} as "${part.name}"`);
  });
  return `select ${columns.join(', ')}
from (select 1) as one
${joins.join('\n')}`;
}

function difference(
  { index, lo }: SqlWindow,
  { total }: SqlPart,
  head: number,
  lags: readonly number[],
): string {
  return [
    `coalesce(h${head}."${total!}", 0)`,
    ...(lo === null ? [] : [`coalesce(b${index}."${total!}", 0)`]),
    ...(lags.length === 0 ? [] : [`coalesce(u."${total!}_${index}", 0)`]),
  ].join(' - ');
}

interface WindowParts {
  readonly window: SqlWindow;
  readonly parts: readonly SqlPart[];
}

function unknownRows(
  feed: SqlFeed,
  windows: readonly WindowParts[],
  lags: readonly number[],
  ofKey: string,
): string {
  const latest = `greatest(${[...new Set(windows.map(({ window }) => `s."hi${window.index}"`))].join(', ')})`;
  const sums = windows.flatMap(({ window, parts }) =>
    totalsOf(parts).map(name => {
      const { aggregate, condition } = feed.totals.find(total => total.name === name)!;
      return `${sumOf({ name, aggregate, condition }, inWindow(window))} as "${name}_${window.index}"`;
    }),
  );
  const classes = lags.map(lag => `(${lag}::smallint, ${lagClasses[lag] ?? longestLag}::bigint)`);
  return `select ${sums.join(', ')} from (values ${classes.join(', ')}) as c("lag", "longest")
    join "${feed.relation}" as r on ${ofKey} and r."lag" = c."lag"
      and r."t" > s."known" - c."longest" and r."t" <= ${latest} and r."arrived" > s."known"`;
}

const inWindow = ({ index, lo }: SqlWindow): string =>
  lo === null ? `r."t" <= s."hi${index}"` : `r."t" between s."lo${index}" and s."hi${index}"`;

function sumOf({ aggregate, condition }: SqlRunningTotal, further?: string): string {
  const conditions = [condition, further].filter(Boolean);
  return conditions.length === 0 ? aggregate : `${aggregate} filter (where ${conditions.join(' and ')})`;
}

function totalsOf(parts: readonly SqlPart[]): readonly string[] {
  return [...new Set(parts.map(part => part.total!))];
}
