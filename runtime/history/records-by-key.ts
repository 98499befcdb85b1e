// Control path. Records found by key. Where reads look at few keys of a long history, an index gives their records
// sooner than a look at all there are.
//
// Of each key the records are fetched once, from the first that its reads can see to the last, so that whatever a read
// looks at is among them. That takes a stream without ids: what a repeat repeats may be of another key. Where records
// are bounded by a frontier, PostgreSQL's estimate of them is low, and they are rather all looked at.
import { instantOf } from './instants.ts';
import type { SqlFeed, SqlGroup, SqlKeyColumns, SqlSource } from './program.ts';
import { columnsOf, quoteIdentifier, quoteText, readsRelation } from './relations.ts';
import { rowsOf, runAll } from './session.ts';
import type { AnyTransaction } from './session.ts';
import { firstInstant, lastInstant } from './source-reach.ts';
import { timeBounds } from './stage-rows.ts';
import { tableAs } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** The relation of the records that were found. */
export const foundRelation = '"skewless_found"';

/** What finding by key comes to, and what looking at all does. */
export interface FindingCosts {
  /** That reads ask for. */
  readonly keys: number;
  /** Tables that are looked into for each: months. */
  readonly parts: number;
  /** Records of a key, on average. */
  readonly ofKey: number;
  /** Records of the history that would be looked at. */
  readonly records: number;
}

/** In records looked at one after the other: to go down an index, and to fetch a record that it names. */
const descentCost = 0.5;
const fetchCost = 1.5;

export function isWorthFinding({ keys, parts, ofKey, records }: FindingCosts): boolean {
  return keys * (parts * descentCost + ofKey * fetchCost) < records;
}

/**
 * Finds the records of the reads' keys, where that is worth it.
 * @param table where the records of the source are read: a relation
 * @returns whether they have been staged, as {@link foundRelation}
 */
export async function findByKey(
  trx: AnyTransaction,
  workspace: Workspace,
  group: SqlGroup,
  feed: SqlFeed,
  source: SqlSource,
  table: string,
): Promise<boolean> {
  const eventTime = source.punctuality?.eventTime;
  if (feed.ofKey === null || !eventTime || source.punctuality?.horizon !== null) return false;
  if (!(await hasIndex(trx, source, feed.ofKey))) return false;
  const history = await planOf(trx, `select from ${table} as h`);
  const asked = await planOf(trx, `select distinct ${columnsOf('s', feed.keys)} from ${readsRelation} as s`);
  const costs = { keys: asked.rows, parts: history.parts, records: history.rows };
  if (!isWorthFinding({ ...costs, ofKey: 0 })) return false;
  const found = recordsOfKey(feed.ofKey, eventTime, table);
  await runAll(trx, planned);
  const ofKey = await recordsPerKey(trx, group, feed, found, costs);
  const isWorth = isWorthFinding({ ...costs, ofKey });
  if (isWorth)
    await runAll(trx, [
      tableAs(
        workspace,
        foundRelation,
        `select h.* from (${keysOfReads(group, feed, readsRelation)}) as s cross join lateral (${found}) as h`,
      ),
    ]);
  await runAll(trx, unplanned);
  return isWorth;
}

/** Key by key: without statistics PostgreSQL would take a history for next to nothing, and look at all of it. */
const planned = ['set local enable_hashjoin = off', 'set local enable_mergejoin = off'];
const unplanned = ['set local enable_hashjoin = on', 'set local enable_mergejoin = on'];

/** The keys of reads, each once, with the ends of what its reads can see: `lo`, null where there is none, and `hi`. */
function keysOfReads(group: SqlGroup, feed: SqlFeed, reads: string): string {
  const { earliest, latest } = timeBounds(group, feed, (aggregate, value) => `${aggregate}(${value})`);
  const keys = columnsOf('s', feed.keys);
  return `select ${keys}, ${earliest ?? 'null::bigint'} as "lo", ${latest} as "hi" from ${reads} as s group by ${keys}`;
}

/** The records of a key `s` within its ends; `greatest` passes over the end that is not there. */
function recordsOfKey({ sql }: SqlKeyColumns, eventTime: string, table: string): string {
  const time = `h.${quoteIdentifier(eventTime)}`;
  const instant = (us: string): string =>
    instantOf(`least(greatest(${us}, ${firstInstant}), ${lastInstant})`);
  return `select h.* from ${table} as h where ${sql} and ${time} >= ${instant('s."lo"')} and ${time} <= ${instant('s."hi"')}`;
}

/** So many keys tell the others. Reads lie in order of their keys: those of one key are neighbours. */
const sampledKeys = 20;
const neighbours = 500;

/** Of a key no more are counted than there are of each, were all of them asked for. */
async function recordsPerKey(
  trx: AnyTransaction,
  group: SqlGroup,
  feed: SqlFeed,
  found: string,
  { keys, records }: Pick<FindingCosts, 'keys' | 'records'>,
): Promise<number> {
  const isSame = feed.keys.map(key => `s."${key}" = k."${key}"`).join(' and ');
  const near = `(select s.* from ${readsRelation} as s
      where s."r" between k."r" - ${neighbours} and k."r" + ${neighbours} and ${isSame})`;
  const [row] = await rowsOf(
    trx,
    `select coalesce(avg(c."n"), 0)::float8 as mean from (
      select k.* from ${readsRelation} as k, (select max(s."r") as "last" from ${readsRelation} as s) as e
      where k."r" % greatest(e."last" / ${sampledKeys}, 1) = 0
    ) as k
    cross join lateral (${keysOfReads(group, feed, near)}) as s
    cross join lateral (select count(*) as "n" from (${found} limit ${Math.ceil(records / keys)}) as h) as c`,
  );
  return row!['mean'] as number;
}

/** What PostgreSQL expects of a query: rows, and the tables that it looks at. */
async function planOf(
  trx: AnyTransaction,
  query: string,
): Promise<{ readonly rows: number; readonly parts: number }> {
  const [row] = await rowsOf(trx, `explain (format json) ${query}`);
  const plan = row!['QUERY PLAN'];
  const [{ Plan }] = plan as [{ Plan: { 'Plan Rows': number } }];
  return { rows: Plan['Plan Rows'], parts: JSON.stringify(plan).split('"Relation Name"').length - 1 };
}

/** Whether an index has a source's key columns before all others. */
async function hasIndex(
  trx: AnyTransaction,
  { table }: SqlSource,
  { columns }: SqlKeyColumns,
): Promise<boolean> {
  const wanted = columns.map(quoteText).join(', ');
  const [row] = await rowsOf(
    trx,
    `select exists (
      select from pg_index as i where i.indrelid = ${quoteText(table)}::regclass and i.indisvalid and i.indpred is null and (
        select count(*) from pg_attribute as a
        where a.attrelid = i.indrelid and a.attname in (${wanted}) and a.attnum = any (i.indkey[0:${columns.length - 1}])
      ) = ${columns.length}) as present`,
  );
  return row!['present'] === true;
}
