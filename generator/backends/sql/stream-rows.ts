import type { FeedPlan, StreamPlan } from '../../ir/index.ts';
import { heldColumn, microsecondsOf } from './columns.ts';
import { identifier } from './literal.ts';
import { project } from './projection.ts';
import { timeless } from './window.ts';

/** Names of the columns that order rows of equal time, and tell a row. */
export const positionOrder = ['o0', 'o1', 'o2', 'o3'] as const;

/**
 * A stream's rows as a feed takes them (semantics §3.1, 2 and 5): punctual, no repeats, keyed.
 *
 * The repeat rule is one lag() among the punctual records of an id in a partition: what came before a record in its
 * partition is known whenever the record is, so the rule does not depend on who asks. Names with `#` are ours, where
 * the source's columns stand beside them.
 *
 * @param table records with `#known`
 */
export function streamRows(source: StreamPlan, feed: FeedPlan, table: string): string {
  const { columns, joins, isKeyed } = project(feed, (path, { type }) =>
    heldColumn(`e.${identifier(path[0]!)}`, type),
  );
  return `
select e."#t" as "t", e."#0" as "o0", e."#1" as "o1", e."#2" as "o2", e."#3" as "o3", coalesce(e."#known", e."#arrived") as "arrived", ${columns.join(', ')}
from (
  select h.*${repeatGap(source)}
  from (
    select h.*, ${eventTime(source)} as "#t",
      h."_topic" as "#0", h."_epoch" as "#1", h."_partition" as "#2", h."_offset" as "#3",
      ${microsecondsOf('h."_arrived_at"')} as "#arrived"
    from ${table} as h
  ) as h
  where ${isPunctual(source)}
) as e
${joins.join('\n')}
where ${isKeyed}${source.id === null ? '' : ` and (e."#gap" is null or e."#gap" >= ${source.id.horizon})`}`;
}

/** A row without time is before all others, and neither late nor early. */
function eventTime(source: StreamPlan): string {
  const time = microsecondsOf(`h.${identifier(source.eventTime)}`);
  return mayLackTime(source) ? `coalesce(${time}, ${timeless})` : time;
}

function mayLackTime({ eventTime: name, columns }: StreamPlan): boolean {
  return columns.find(column => column.name === name)!.nullable;
}

function isPunctual(source: StreamPlan): string {
  const { lateness, earliness } = source;
  const early = `h."#t" - h."#arrived" <= ${earliness}`;
  if (lateness === null) return early;
  const late = `h."#arrived" - h."#t" <= ${lateness}`;
  return `${mayLackTime(source) ? `(${late} or h."#t" = ${timeless})` : late} and ${early}`;
}

/** How long before a record the one of the same id arrived; null for the first, and for a null id. */
function repeatGap({ id }: StreamPlan): string {
  if (id === null) return '';
  const column = `h.${identifier(id.column)}`;
  return `, case when ${column} is not null then h."#arrived" - lag(h."#arrived") over (
      partition by ${column}, h."#0", h."#1", h."#2" order by h."#3") end as "#gap"`;
}
