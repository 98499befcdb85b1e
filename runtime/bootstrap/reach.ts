// Control path. How far back the arrivals lie that reads from now on can look at.
import type pg from 'pg';
import type { StreamProgram } from '../engine/program.ts';
import { queryRows } from '../history/client.ts';
import { readsQuery } from '../history/group-query.ts';
import type { SqlFeed, SqlGroup, SqlProgram } from '../history/program.ts';
import { firstArrival } from '../history/source-reach.ts';
import { timeBounds } from '../history/stage-rows.ts';

/** By stream: the first arrival that matters, µs; null: all do; Infinity: none does. */
export type Reaches = ReadonlyMap<string, number | null>;

/**
 * What reads at `now` − lookback or later look at. Later reads look at no more: windows only move on.
 * @param now µs
 */
export async function reachesOf(
  client: pg.ClientBase,
  stream: StreamProgram,
  sql: SqlProgram,
  now: number,
): Promise<Reaches> {
  const streams = sql.sources.filter(({ kind }) => kind === 'stream');
  const reaches = new Map<string, number | null>(streams.map(({ name }) => [name, Infinity]));
  for (const group of sql.groups) {
    const { lookback } = stream.groups.find(({ name }) => name === group.name)!;
    for (const feed of group.feeds) {
      const earliest = await earliestOf(client, group, feed, now - lookback);
      for (const source of streams.filter(({ name }) => feed.sources.includes(name))) {
        const first = firstArrival(source, { earliest, latest: 0n, known: null });
        const known = reaches.get(source.name)!;
        reaches.set(source.name, first === null || known === null ? null : Math.min(known, Number(first)));
      }
    }
  }
  return reaches;
}

/** The first event time that a read at t looks at, µs; null: there is none. */
async function earliestOf(
  client: pg.ClientBase,
  group: SqlGroup,
  feed: SqlFeed,
  t: number,
): Promise<bigint | null> {
  const { earliest } = timeBounds(group, feed, (aggregate, value) => `${aggregate}(${value})`);
  if (earliest === null) return null;
  const read = `select 0 as "n", '${t}'::bigint as "t", '${t}'::bigint as "known", 0 as "open"`;
  const [row] = await queryRows(
    client,
    `select (${earliest})::text as earliest from (${readsQuery(group, read)}) as s`,
  );
  return BigInt(row!['earliest'] as string);
}
