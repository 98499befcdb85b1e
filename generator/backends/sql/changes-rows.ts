import type { FeedPlan, TablePlan } from '../../ir/index.ts';
import { heldColumn } from './columns.ts';
import { identifier } from './literal.ts';
import type { FeedShape } from './probes.ts';
import { project } from './projection.ts';
import { isKnownTo, versionColumn, versions } from './table-rows.ts';
import { truncates } from './window.ts';

/** Events at one position, which a truncate has many of, order by primary key. */
export function changesFeedShape(table: TablePlan): FeedShape {
  return { kind: 'changes', order: [...positions, ...table.primaryKey.map((_, index) => `o${index + 4}`)] };
}

const inVersions = (name: string): string => `#${name}`;

const positions = ['o0', 'o1', 'o2', 'o3'] as const;

/**
 * The changes of a table as events (semantics §10.19): one for each existing version, and a `d` for each row that a
 * truncate removes.
 *
 * 1. `before` is the version before, unless that was a deletion, or a truncate removed it and not its successor
 * 2. a truncate removes of each row the last version it may, if that is no deletion and no earlier truncate had it
 */
export function changesRows(table: TablePlan, feed: FeedPlan, history: string): string {
  const used = new Set<string>();
  const { columns, joins, isKeyed } = project(feed, (path, { type }) => {
    if (path.length === 1) return `e.${identifier(path[0]!)}`;
    return heldColumn(versionColumn(table, path[0] === 'before' ? 'b' : 'f', path[1]!, used), type);
  });
  const key = table.primaryKey.map((_, index) => `v."#o${index}" as "o${index + 4}"`).join(', ');
  const order = table.primaryKey.map((_, index) => `e."o${index + 4}"`).join(', ');
  return `${versions(table, history, used)},
"events" as (
  select v."#vt" as "t", v."#p0" as "o0", v."#p1" as "o1", v."#p2" as "o2", v."#p3" as "o3", ${key}, v."#arrived" as "arrived",
    v."_op" as "op", v."#row" as "row", v."#for" as "for", case when not v."#gone" then v."#seq" end as "after_seq",
    case when not v."#cut" then v."#seq" - 1 end as "before_seq"
  from "versions" as v
  union all
  select x."vt", x."p0", x."p1", x."p2", x."p3", ${key}, x."arrived", 'd', v."#row", v."#for", null, v."#seq"
  from "truncates" as x
  cross join lateral (
    select distinct on (v."#for", v."#row") v.* from "versions" as v
    where ${isKnownTo('v')} and ${truncates('x', 'v', inVersions)} order by v."#for", v."#row", v."#seq" desc
  ) as v
  where not exists (
    select from "truncates" as y where (y."vt", y."p0", y."p1", y."p2", y."p3") < (x."vt", x."p0", x."p1", x."p2", x."p3")
      and (v."#for" is null or y."arrived" <= v."#for") and ${truncates('y', 'v', inVersions)})
)
select e."t", e."o0", e."o1", e."o2", e."o3", ${order}, e."arrived", e."for", ${columns.join(', ')}
from "events" as e
left join "versions" as f on f."#row" = e."row" and f."#for" is not distinct from e."for" and f."#seq" = e."after_seq"
left join "versions" as b on b."#row" = e."row" and b."#for" is not distinct from e."for" and b."#seq" = e."before_seq"
  and not b."#gone"
${joins.join('\n')}
where ${isKeyed}`;
}
