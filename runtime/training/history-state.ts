// Control path. What the history has for a training set, before anything is computed.
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { frontierOf, requireHistory } from '../history/frontier.ts';
import { beginnings } from '../history/notes.ts';
import type { SqlProgram, SqlSource } from '../history/program.ts';
import type { AnyDatabase } from '../history/session.ts';
import type { Known } from '../history/spine.ts';
import type { Target } from './target.ts';

export interface HistoryState {
  /** µs: up to here, not included, all arrivals are there; Infinity where that is of no matter. */
  readonly completeUntil: number;
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
    completeUntil: known.kind === 'arrival' ? Math.min(...present.map(each => each.completeUntil)) : Infinity,
    sources: read,
    begins: await beginnings(db, read),
  };
}

/** It ends with the pool, and is not to be destroyed. */
export const databaseOn = (pool: pg.Pool): AnyDatabase =>
  new Kysely({ dialect: new PostgresDialect({ pool }) });
