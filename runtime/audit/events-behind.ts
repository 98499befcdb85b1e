// Control path. Which events of the history values were made of: what to look at where two sides differ.
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { feedReach } from '../history/lookup.ts';
import type { SqlFeed, SqlGroup, SqlProgram, SqlSource } from '../history/program.ts';
import { pruneGroup } from '../history/prune.ts';
import {
  columnsOf,
  lookupReadsRelation,
  quoteIdentifier,
  quoteText,
  readsRelation,
} from '../history/relations.ts';
import { runAll } from '../history/session.ts';
import type { AnyDatabase, AnyTransaction } from '../history/session.ts';
import type { Lookup, Staging } from '../history/stagings.ts';
import { trainingSet } from '../history/training-set.ts';
import type { TableOf } from '../history/unruly.ts';
import { tableAs, tableOf } from '../history/workspace.ts';
import { lookupsBehind } from './lookups-behind.ts';
import type { PlacedRead, ReadSet } from './read-sets.ts';
import { requestOf } from './recompute.ts';

/** Reads of one value, of one set. */
export interface ValueReads {
  readonly set: Pick<ReadSet, 'target' | 'resolved' | 'chain'>;
  readonly feature: string;
  readonly differing: readonly PlacedRead[];
  readonly agreeing: readonly PlacedRead[];
  /** How many of `differing`, the first of them, are told of. */
  readonly told: number;
}

/** A record of the history. */
export interface EventBehind {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly offset: number;
  /** µs. */
  readonly arrivedAt: number;
  /** Its columns as PostgreSQL writes them. */
  readonly row: Readonly<Record<string, string | null>>;
}

/** What stands behind one read that differs. */
export interface Behind {
  /** In the windows of the value, those first that are in the windows of most reads that differ, and of fewest others. */
  readonly events: readonly EventBehind[];
  /** How many there are; more than `events` where that was cut. */
  readonly total: number;
  /** How many, the first of them, are in the windows of every read that differs. */
  readonly common: number;
  /** How many of those are in the window of no read that agrees. */
  readonly alone: number;
}

/** Which rows of the spine look at which events, and those events that are told of. */
const behindRelation = '"skewless_behind"';
const rankedRelation = '"skewless_ranked"';

/**
 * The events in the windows of a value: of a feature of a vector those of all that it is made of, the lookups that
 * found its keys included.
 * @param limit at most so many of each read
 * @returns one for each read that is told of
 */
export async function eventsBehind(
  db: AnyDatabase,
  program: SqlProgram,
  value: ValueReads,
  limit: number,
): Promise<readonly Behind[]> {
  const { set, feature, differing, agreeing } = value;
  const { target, resolved, chain } = set;
  const wanted = lookupsBehind(resolved.vector, feature);
  const left = new Set(wanted.keys());
  let isBegun = false;
  let found: readonly RawEvent[] = [];
  await trainingSet(
    db,
    program,
    {
      read: target,
      spine: [...differing, ...agreeing].map(({ read, frontier }) => ({
        ...{ t: read.t, request: requestOf(resolved, read), frontier },
      })),
      known: { kind: 'frontiers', chain },
      labels: false,
    },
    async (trx, staging, table) => {
      if (!isBegun) await runAll(trx, [tableOf('temporary', behindRelation, behindColumns)]);
      isBegun = true;
      for (const lookup of staging.lookups) {
        const features = wanted.get(lookup.index);
        if (features === undefined) continue;
        await addEvents(trx, program, staging, lookup, [...features], table);
        left.delete(lookup.index);
        if (left.size === 0) found = await rankedEvents(trx, program, value, limit);
      }
    },
  );
  return differing.slice(0, value.told).map((_, n) => {
    const own = found.filter(event => event.n === n);
    const [first] = own;
    const counts = { total: Number(first?.total ?? 0), common: Number(first?.common ?? 0) };
    return { events: own.map(eventOf), ...counts, alone: Number(first?.alone ?? 0) };
  });
}

const place = ['source', 'topic', 'epoch', 'partition', 'offset'] as const;
const behindColumns = [
  ...['source text collate "C"', 'topic integer', 'epoch integer', 'partition integer', '"offset" bigint'],
  'n integer',
];

/** Adds where the rows stand that some window of a lookup looks at, and which rows of the spine do. */
async function addEvents(
  trx: AnyTransaction,
  program: SqlProgram,
  staging: Staging,
  lookup: Lookup,
  features: readonly string[],
  table: TableOf,
): Promise<void> {
  const group = pruneGroup(lookup.group, features);
  for (const feed of group.feeds) {
    const reach = await feedReach(trx, { ...staging, group }, feed);
    const rows = feed.rows(source => table(source, reach));
    const keys = columnsOf('r', feed.keys);
    await runAll(trx, [
      `insert into ${behindRelation}
      with "rows" as materialized (select r.* from (${rows}
        offset 0) as r where (${keys}) in (select ${columnsOf('s', feed.keys)} from ${readsRelation} as s))
      select ${quoteText(storedSource(program, feed).name)}, ${positionOf(feed)}, m."n"
      from "rows" as r, ${readsRelation} as s, ${lookupReadsRelation(lookup.index)} as m
      where s."lookup" = ${lookup.index} and m."read" = s."n" and (${windowsOf(group, feed)})`,
    ]);
  }
}

function windowsOf(group: SqlGroup, feed: SqlFeed): string {
  const windows = group.windows.filter(window => window.feed === feed.index);
  return windows.map(({ rows }) => `(${rows})`).join(' or ');
}

/** Rows of a table order by its primary key, and say their position besides; events order by their position. */
function positionOf({ kind }: SqlFeed): string {
  return [0, 1, 2, 3].map(part => `r."${kind === 'state' ? 'p' : 'o'}${part}"`).join(', ');
}

/** Where the rows of a feed are kept. */
function storedSource({ sources }: SqlProgram, feed: SqlFeed): SqlSource {
  return sources.find(({ name }) => name === feed.sources[0])!;
}

async function rankedEvents(
  trx: AnyTransaction,
  program: SqlProgram,
  { set, differing, told }: ValueReads,
  limit: number,
): Promise<readonly RawEvent[]> {
  const names = place.map(quoteIdentifier).join(', ');
  const { length } = differing;
  await runAll(trx, [
    tableAs(
      'temporary',
      rankedRelation,
      `with e as (
        select ${names}, count(*) filter (where b.n < ${length}) as differing,
          count(*) filter (where b.n >= ${length}) as agreeing, array_agg(b.n) filter (where b.n < ${told}) as told
        from (select distinct b.* from ${behindRelation} as b) as b group by ${names}
      )
      select * from (
        select ${names}, x.n, count(*) over w as total,
          count(*) filter (where e.differing = ${length}) over w as common,
          count(*) filter (where e.differing = ${length} and e.agreeing = 0) over w as alone,
          row_number() over (partition by x.n
            order by e.differing desc, e.agreeing, source, topic, epoch, "offset" desc, partition) as rank
        from e cross join unnest(e.told) as x(n) window w as (partition by x.n)
      ) as e where rank <= ${limit}`,
    ),
  ]);
  const parts = program.sources
    .filter(({ name }) => set.resolved.sources.includes(name))
    .map(source => eventRows(source));
  const { rows } = await sql<RawEvent>`
    select * from (${sql.join(parts, sql` union all `)}) as e order by n, rank`.execute(trx);
  return rows;
}

function eventRows(source: SqlSource): RawBuilder<unknown> {
  return sql`select r.*, "skewless".us(h."_arrived_at") as arrived,
    (select jsonb_object_agg(c.key, c.value) from jsonb_each_text(to_jsonb(h.*)) as c
      where c.key = any (${source.columns.map(({ name }) => name)}::text[])) as "row"
    from ${sql.raw(rankedRelation)} as r join ${sql.raw(source.table)} as h
      on (h."_topic", h."_epoch", h."_partition", h."_offset") = (r.topic, r.epoch, r.partition, r."offset")
    where r.source = ${source.name}`;
}

interface RawEvent {
  readonly n: number;
  readonly total: string;
  readonly common: string;
  readonly alone: string;
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly offset: string;
  readonly arrived: string;
  readonly row: EventBehind['row'];
}

function eventOf({ source, topic, epoch, partition, offset, arrived, row }: RawEvent): EventBehind {
  return { source, topic, epoch, partition, offset: Number(offset), arrivedAt: Number(arrived), row };
}
