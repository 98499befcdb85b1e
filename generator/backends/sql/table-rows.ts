import type { FeedPlan, ScalarType, TablePlan } from '../../ir/index.ts';
import { heldColumn, knownSince, microsecondsOf } from './columns.ts';
import { heldAs, identifier, textLiteral } from './literal.ts';
import type { FeedShape } from './probes.ts';
import { project } from './projection.ts';
import { serverOf, timeless, truncates } from './window.ts';

/** Rows of a table order by time, then primary key (semantics §10.16). */
export function stateFeedShape(table: TablePlan): FeedShape {
  return { kind: 'table', order: table.primaryKey.map((_, index) => `o${index}`) };
}

/**
 * The existing versions of a table's rows (semantics §7, §10.17), each with
 *
 * | column     | what                                                                               |
 * | ---------- | ---------------------------------------------------------------------------------- |
 * | `#row`     | the primary key as one text, to find the other versions of the row by               |
 * | `#for`     | null, or the one knowledge (what is known at it, µs) that the version exists for    |
 * | `#o0…`     | the primary key as it orders                                                        |
 * | `#p0 … #p3`| position                                                                            |
 * | `#seq`     | place among the versions of its row                                                 |
 * | `#vt`      | versionTime, µs: the running maximum of the commit times                            |
 * | `#lsn`     | as recorded, or null                                                                |
 * | `#arrived` | since when it is known, µs                                                          |
 * | `#gone`    | whether the version is a deletion                                                   |
 * | `#cut`     | whether a truncate removed the version before it, and not it                        |
 *
 * A redelivery does not exist: its LSN is not above that of the last existing version before it. Between versions
 * without LSN (which always exist, and after which anything does) those LSNs only rise, so "the last existing one's"
 * is the greatest so far. The same goes for LSNs of another server, which cannot be compared (§10.37).
 *
 * @param table records with `#for` and `#known`
 */
function existingVersions(source: TablePlan, table: string): string {
  const order = source.primaryKey.map((name, index) => {
    const type = source.columns.find(column => column.name === name)!.type;
    const held = heldColumn(`h.${identifier(name)}`, type);
    return `${heldAs(type) === 'text' ? `${held} collate "C"` : held} as "#o${index}"`;
  });
  const key = source.primaryKey.map(column => `h.${identifier(column)}`);
  return `
select v.*, row_number() over w as "#seq", max(v."#commit") over w as "#vt"
from (
  select h.*, max(h."#lsn") over (
      partition by h."#for", h."#row", h."#segment" order by h."#p0", h."#p1", h."#p2", h."#p3"
      rows between unbounded preceding and 1 preceding) as "#lsn_before"
  from (
    select h.*, count(*) filter (where h."#lsn" is null or h."#server" <> h."#server_before") over (
        partition by h."#for", h."#row" order by h."#p0", h."#p1", h."#p2", h."#p3") as "#segment"
    from (
      select h.*, lag(h."#server") over (
          partition by h."#for", h."#row" order by h."#p0", h."#p1", h."#p2", h."#p3") as "#server_before"
      from (
        select h.*, jsonb_build_array(${key.join(', ')})::text collate "C" as "#row", ${order.join(', ')},
          h."_topic" as "#p0", h."_epoch" as "#p1", h."_partition" as "#p2", h."_offset" as "#p3", h."_lsn" as "#lsn",
          ${serverOf('h."_lsn"')} as "#server",
          ${microsecondsOf('h."_commit_time"')} as "#commit", ${knownSince} as "#arrived",
          h."_op" = 'd' as "#gone"
        from ${table} as h
        where h."_op" <> 't'
      ) as h
    ) as h
  ) as h
) as v
where v."#lsn" is null or v."#lsn_before" is null or v."#lsn" > v."#lsn_before"
window w as (partition by v."#for", v."#row" order by v."#p0", v."#p1", v."#p2", v."#p3")`;
}

/** The truncates, at their commit times. */
export function truncateRows(table: string): string {
  return `
select distinct h."_topic" as "p0", h."_epoch" as "p1", h."_partition" as "p2", h."_offset" as "p3", h."_lsn" as "lsn",
  ${microsecondsOf('h."_commit_time"')} as "vt", ${knownSince} as "arrived"
from ${table} as h
where h."_op" = 't'`;
}

/** A truncate `x` that is known to those a version `v` exists for. */
export const isKnownTo = (version: string): string =>
  `(${version}."#for" is null or x."arrived" <= ${version}."#for")`;

/**
 * WITH queries: `"versions"`, in which columns that a message left to the version before it have that one's value, and
 * `"truncates"`.
 *
 * A value is carried from the last version that brought it. A deletion brings null, and so does a cut.
 * @param used the columns that will be looked at
 */
export function versions(source: TablePlan, table: string, used: ReadonlySet<string>): string {
  const carried = source.columns.filter(({ name }) => used.has(name) && !source.primaryKey.includes(name));
  const isBrought = (name: string): string =>
    `v."#cut" or not (${textLiteral(name)} = any (v."_unavailable"))`;
  const groups = carried.map(
    ({ name }, index) => `, count(*) filter (where ${isBrought(name)}) over w as "#g${index}"`,
  );
  const values = carried.map(
    ({ name }, index) =>
      `, first_value(v.${identifier(name)}) over (partition by v."#for", v."#row", v."#g${index}" order by v."#seq") as ${identifier(`#=${name}`)}`,
  );
  return `with "truncates" as materialized (${truncateRows(table)}),
"existing" as materialized (${existingVersions(source, table)}),
"versions" as materialized (
  select v.*${values.join('')}
  from (
    select v.*${groups.join('')}
    from (
      select v.*, p."#seq" is not null and exists (
          select from "truncates" as x where ${isKnownTo('v')}
            and ${truncates('x', 'p', inVersions)} and not (${truncates('x', 'v', inVersions)})) as "#cut"
      from "existing" as v
      left join "existing" as p on p."#row" = v."#row" and p."#for" is not distinct from v."#for" and p."#seq" = v."#seq" - 1
    ) as v
    window w as (partition by v."#for", v."#row" order by v."#seq")
  ) as v
)`;
}

const inVersions = (name: string): string => `#${name}`;

/** A version's column as lambdas see it: by its resolved value, but for the primary key, which is always there. */
export function versionColumn(source: TablePlan, version: string, name: string, used: Set<string>): string {
  used.add(name);
  return `${version}.${identifier(source.primaryKey.includes(name) ? name : `#=${name}`)}`;
}

/** The keyed versions of a table's rows, deletions left out: which of them counts at an instant, windows decide. */
export function stateRows(source: TablePlan, feed: FeedPlan, table: string): string {
  const used = new Set<string>();
  const column = (name: string, type: ScalarType): string =>
    heldColumn(versionColumn(source, 'e', name, used), type);
  const { columns, joins, isKeyed } = project(feed, (path, { type }) => column(path[0]!, type));
  const time =
    source.time === null ? timeless : `coalesce(${column(source.time, { kind: 'timestamp' })}, ${timeless})`;
  const order = source.primaryKey.map((_, index) => `e."#o${index}" as "o${index}"`).join(', ');
  return `${versions(source, table, used)}
select ${time} as "t", ${order}, ${named('e', ['row', 'for', 'seq', 'vt', 'lsn', 'arrived', 'p0', 'p1', 'p2', 'p3'])}, ${columns.join(', ')}
from "versions" as e
${joins.join('\n')}
where not e."#gone" and ${isKeyed}`;
}

/** What the windows' conditions look into, to tell the version that counts. */
export function stateHelpers(
  source: TablePlan,
  relation: string,
): readonly { relation: string; index: string; rows: (table: string) => string }[] {
  return [
    {
      relation: `${relation}_versions`,
      index: '"row", "seq"',
      rows: table =>
        `select ${named('v', ['row', 'for', 'seq', 'vt', 'arrived'])} from (${existingVersions(source, table)}) as v`,
    },
    { relation: `${relation}_truncates`, index: '"vt"', rows: truncateRows },
  ];
}

/** Columns of ours, out of rows where the source's stand beside them. */
function named(row: string, names: readonly string[]): string {
  return names.map(name => `${row}."#${name}" as "${name}"`).join(', ');
}
