// The SQL side. Control path.
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { appendHistory, installSchema, partitionKey, trainingSet } from '../runtime/history/index.ts';
import type { EventRecord, SqlProgram } from '../runtime/history/index.ts';
import { decodeRecord, Refusal } from '../runtime/index.ts';
import type { StreamModule, StreamProgram } from '../runtime/index.ts';
import type { Values } from './compare.ts';
import { wireRecord } from './flights.ts';
import type { Flights } from './flights.ts';
import type { SpineRow } from './spine.ts';
import type { Progress } from './terminal.ts';

type Database = Kysely<unknown>;

/** One database, as the writing side and the reading side of the history want it. */
export interface DemoDatabase {
  readonly db: Database;
  readonly pool: pg.Pool;
}

const batch = 50_000;

/**
 * Writes the same bytes that the stream consumed to the history's table, by the stream's own decoder, so that
 * both sides agree on what a record says and which are refused.
 */
export async function loadHistory(
  { db, pool }: DemoDatabase,
  sql: SqlProgram,
  stream: StreamProgram,
  flights: Flights,
  progress: Progress,
): Promise<{ readonly ms: number }> {
  const started = performance.now();
  const source = stream.sources.find(({ name }) => name === 'flights') as StreamModule;
  await installSchema(db, sql);
  for (let start = 0; start < flights.count; start += batch) {
    const end = Math.min(start + batch, flights.count);
    const records = Array.from({ length: end - start }, (_, index) =>
      decoded(source, flights, start + index),
    );
    // The history itself can only tell that it is complete up to its last record; that no other follows, we know.
    const completeUntil =
      end === flights.count ? new Map([[partitionKey(records[0]!), Infinity]]) : undefined;
    await appendHistory(pool, sql, records, completeUntil && { completeUntil });
    progress.update(end);
  }
  return { ms: performance.now() - started };
}

function decoded(source: StreamModule, flights: Flights, offset: number): EventRecord {
  const { value, ...place } = wireRecord(flights, offset);
  const row = decodeRecord(source, value);
  if (row instanceof Refusal) throw new Error(`flight ${offset} is refused: ${row.message}`);
  return { ...place, kind: 'event', topic: 0, epoch: 0, row };
}

export interface Backfill {
  readonly rows: readonly Values[];
  readonly ms: number;
}

/** The training set: the vector at each row of the spine, from what had arrived by then. */
export async function buildTrainingSet(
  db: Database,
  sql: SqlProgram,
  vector: string,
  spine: readonly SpineRow[],
): Promise<Backfill> {
  const started = performance.now();
  const rows = await trainingSet(db, sql, {
    read: { vector },
    spine: spine.map(({ t, origin, destination, distance }) => ({
      t,
      request: { origin, destination, distance },
    })),
    known: { kind: 'arrival' },
    before: true,
  });
  return { rows, ms: performance.now() - started };
}
