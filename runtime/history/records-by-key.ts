// Control path. Records found by key. Where reads look at little of a long history, an index gives those records sooner
// than a look at all there are.
//
//   1. what the reads of a key look at are ranges of event time, each once, however many reads look at it
//   2. the records of a range are found by key and time; a record arrived at most `earliness` before its event time, and
//      before some read knew it: months of arrivals that this rules out are not looked into
//
// Whatever a read looks at is among them. That takes a stream without ids: what a repeat repeats may be of another key.
// Where records are bounded by a frontier, PostgreSQL's estimate of them is low, and they are rather all looked at.
import { instantOf } from './instants.ts';
import type { SqlFeed, SqlGroup, SqlKeyColumns, SqlPunctuality, SqlSource } from './program.ts';
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
  /** That reads look at. */
  readonly ranges: number;
  /** Tables that are looked into for each: months. */
  readonly parts: number;
  /** Records of all ranges. */
  readonly found: number;
  /** Records of the history that would be looked at. */
  readonly records: number;
  /** Those of them that would be kept: of the reads' keys, between the first instant that some read looks at and the last. */
  readonly kept: number;
}

/**
 * In records looked at one after the other: to go down an index, to fetch a record that it names, and to put one that
 * is kept into order.
 */
const descentCost = 10;
const fetchCost = 6;
const keepCost = 5;

export function isWorthFinding({ ranges, parts, found, records, kept }: FindingCosts): boolean {
  return ranges * parts * descentCost + found * (fetchCost + keepCost) < records + kept * keepCost;
}

/**
 * Finds the records of the reads' keys, where that is worth it.
 * @param table where the records of the source are read: a relation
 * @param allKnown whether every read knows all of them
 * @returns whether they have been staged, as {@link foundRelation}
 */
export async function findByKey(
  trx: AnyTransaction,
  workspace: Workspace,
  group: SqlGroup,
  feed: SqlFeed,
  source: SqlSource,
  table: string,
  allKnown: boolean,
): Promise<boolean> {
  const { ofKey } = feed;
  const { punctuality } = source;
  if (ofKey === null || punctuality?.horizon !== null || punctuality.eventTime === null) return false;
  if (!(await hasIndex(trx, source, ofKey))) return false;
  const { rows: records, parts } = await planOf(trx, `select from ${table} as h`);
  const keys = (await planOf(trx, `select distinct ${columnsOf('s', feed.keys)} from ${readsRelation} as s`))
    .rows;
  // A range of each key at least, and one month of each.
  if (!isWorthFinding({ ranges: keys, parts: 1, found: 0, records, kept: records })) return false;
  const range = { ofKey, time: punctuality.eventTime, arrivals: arrivalsOf(punctuality, allKnown), table };
  await runAll(trx, planned);
  const ofKeys = await sampleKeys(trx, group, feed, recordsOfRange(range), records / keys);
  const isWorth = isWorthFinding({
    ranges: keys * ofKeys.ranges,
    parts: Math.min(ofKeys.months, parts),
    found: keys * ofKeys.found,
    records,
    kept: keys * ofKeys.kept,
  });
  if (isWorth)
    await runAll(trx, [
      tableAs(
        workspace,
        foundRelation,
        `select h.* from (${rangesOf(group, feed, readsRelation)}) as s cross join lateral (${recordsOfRange(range)}) as h`,
      ),
    ]);
  await runAll(trx, unplanned);
  return isWorth;
}

/** Key by key: without statistics PostgreSQL would take a history for next to nothing, and look at all of it. */
const planned = ['set local enable_hashjoin = off', 'set local enable_mergejoin = off'];
const unplanned = ['set local enable_hashjoin = on', 'set local enable_mergejoin = on'];

/**
 * What the reads of a key look at: ranges of event time that do not overlap, from `lo`, null where there is no end, to
 * `hi`, and the latest that one of a range's reads knows.
 */
function rangesOf(group: SqlGroup, feed: SqlFeed, reads: string): string {
  const ofRead = timeBounds(group, feed, (_, value) => value);
  const keys = columnsOf('s', feed.keys);
  const ends = `max(s."hi") as "hi", max(s."known") as "known"`;
  const looks = `select ${keys}, s."known", ${ofRead.latest} as "hi"`;
  if (ofRead.earliest === null)
    return `select ${keys}, null::bigint as "lo", ${ends} from (${looks} from ${reads} as s) as s group by ${keys}`;
  const inOrder = `partition by ${keys} order by s."lo"`;
  return `select ${keys}, min(s."lo") as "lo", ${ends} from (
    select s.*, count(*) filter (where s."lo" > s."before") over (${inOrder}) as "range" from (
      select s.*, max(s."hi") over (${inOrder} rows between unbounded preceding and 1 preceding) as "before"
      from (${looks}, ${ofRead.earliest} as "lo" from ${reads} as s) as s
    ) as s
  ) as s group by ${keys}, s."range"`;
}

/** Instants, as bigint over a range `s`, that bound the arrivals of its records; null: nothing does. */
interface Arrivals {
  readonly first: string;
  readonly last: string | null;
}

/** µs: with as much before or after every accepted instant, it is still a whole double, and `instantOf` exact. */
const mostApart = 150_000_000_000_000n;

function arrivalsOf({ earliness, lateness }: SqlPunctuality, allKnown: boolean): Arrivals | null {
  const [before, after] = [earliness, lateness ?? 0].map(BigInt) as [bigint, bigint];
  if (before > mostApart || after > mostApart) return null;
  const within = (us: string): string =>
    `least(greatest(${us}, ${firstInstant - before}), ${lastInstant + after})`;
  const last = [...(allKnown ? [] : ['s."known"']), ...(lateness === null ? [] : [`s."hi" + ${after}`])];
  return {
    first: within(`s."lo" - ${before}`),
    last: last.length === 0 ? null : within(`least(${last.join(', ')})`),
  };
}

interface RangeQuery {
  readonly ofKey: SqlKeyColumns;
  /** The column of event time. */
  readonly time: string;
  readonly arrivals: Arrivals | null;
  readonly table: string;
}

/** The records of a range `s`; `greatest` and `least` pass over an end that is not there. */
function recordsOfRange({ ofKey, time, arrivals, table }: RangeQuery): string {
  const column = `h.${quoteIdentifier(time)}`;
  const within = (us: string): string => `least(greatest(${us}, ${firstInstant}), ${lastInstant})`;
  const conditions = [
    `${column} >= ${instantOf(within('s."lo"'))}`,
    `${column} <= ${instantOf(within('s."hi"'))}`,
    ...(arrivals === null ? [] : [`h."_arrived_at" >= ${instantOf(arrivals.first)}`]),
    ...(arrivals === null || arrivals.last === null
      ? []
      : [`h."_arrived_at" <= ${instantOf(arrivals.last)}`]),
  ];
  return `select h.* from ${table} as h where ${ofKey.sql} and ${conditions.join(' and ')}`;
}

/** So many keys tell the others. Reads lie in order of their keys: those of one key are neighbours. */
const sampledKeys = 20;
const neighbours = 500;
/** µs. */
const month = 2_629_746_000_000;

/** Of a key, on average. */
interface KeySample {
  readonly ranges: number;
  /** Of arrivals, that a range may reach over. */
  readonly months: number;
  /** Records of its ranges. */
  readonly found: number;
  /** Records between the first instant that some read looks at, whatever its key, and the last. */
  readonly kept: number;
}

/** @param most of a range no more records are counted: as many as there are of each key, were all of them asked for */
async function sampleKeys(
  trx: AnyTransaction,
  group: SqlGroup,
  feed: SqlFeed,
  records: string,
  most: number,
): Promise<KeySample> {
  const isSame = feed.keys.map(key => `s."${key}" = k."${key}"`).join(' and ');
  const near = `(select s.* from ${readsRelation} as s
      where s."r" between k."r" - ${neighbours} and k."r" + ${neighbours} and ${isSame})`;
  const { earliest, latest } = timeBounds(group, feed, (aggregate, value) => `${aggregate}(${value})`);
  const counted = `select count(*) as "n" from (${records} limit ${Math.ceil(most)}) as h`;
  const [row] = await rowsOf(
    trx,
    `select coalesce(avg(c."ranges"), 0)::float8 as ranges, coalesce(avg(c."span"), 'Infinity')::float8 / ${month} + 1 as months,
      coalesce(avg(c."found"), 0)::float8 as found, coalesce(avg(w."n"), 0)::float8 as kept
    from (
      select max(s."r") as "last", ${earliest ?? 'null::bigint'} as "lo", ${latest} as "hi", max(s."known") as "known"
      from ${readsRelation} as s
    ) as e
    join ${readsRelation} as k on k."r" % greatest(e."last" / ${sampledKeys}, 1) = 0
    cross join lateral (
      select count(*) as "ranges", sum(f."n") as "found", avg(s."hi" - s."lo")::float8 as "span"
      from (${rangesOf(group, feed, near)}) as s cross join lateral (${counted}) as f
    ) as c
    cross join lateral (select ${columnsOf('k', feed.keys)}, e."lo", e."hi", e."known") as s
    cross join lateral (${counted}) as w`,
  );
  return row as unknown as KeySample;
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
