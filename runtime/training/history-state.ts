// Control path. What the history has for a training set, before anything is computed.
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { frontierOf, requireHistory } from '../history/frontier.ts';
import type { HistoryFrontier } from '../history/frontier.ts';
import { beginnings } from '../history/notes.ts';
import type { SqlProgram, SqlSource } from '../history/program.ts';
import type { AnyDatabase } from '../history/session.ts';
import type { Known } from '../history/spine.ts';
import type { Target } from './target.ts';

/** How far the sources of a target reach. */
export interface Reach {
  /** µs: up to here, not included, all arrivals are there; Infinity where that is of no matter. */
  readonly completeUntil: number;
  /** Those that reach no further. */
  readonly shortest: readonly string[];
}

export interface HistoryState {
  readonly reach: Reach;
  /** What is read. */
  readonly sources: readonly SqlSource[];
  /** By source where it begins, µs. */
  readonly begins: ReadonlyMap<string, number>;
}

/**
 * Looks at the sources that a target reads.
 * @throws HistoryBehind where a source is not there at all, or lacks what a frontier asks for
 */
export async function historyState(
  pool: pg.Pool,
  { sources: all }: SqlProgram,
  { resolved: { sources } }: Target,
  known: Known,
): Promise<HistoryState> {
  const db = databaseOn(pool);
  const present = await frontierOf(db, sources);
  requireHistory(present, sources, known, -Infinity);
  const read = all.filter(({ name }) => sources.includes(name));
  return {
    reach: known.kind === 'arrival' ? reachOf(present) : { completeUntil: Infinity, shortest: [] },
    sources: read,
    begins: await beginnings(db, read),
  };
}

/** Of partitions, some of one source. */
export function reachOf(present: readonly Pick<HistoryFrontier, 'source' | 'completeUntil'>[]): Reach {
  const completeUntil = Math.min(...present.map(each => each.completeUntil));
  const shortest = present.filter(each => each.completeUntil === completeUntil).map(({ source }) => source);
  return { completeUntil, shortest: [...new Set(shortest)] };
}

/** It ends with the pool, and is not to be destroyed. */
export const databaseOn = (pool: pg.Pool): AnyDatabase =>
  new Kysely({ dialect: new PostgresDialect({ pool }) });
