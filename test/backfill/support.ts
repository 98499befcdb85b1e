import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { formatInstant, instantFromMicroseconds, parseInstant } from 'skewless';
import { serving } from '../../generated/serving.ts';
import { program as sql } from '../../generated/sql/index.ts';
import { program as stream } from '../../generated/stream/index.ts';
import { appendHistory, historyDecoder, installSchema } from '../../runtime/history/index.ts';
import type { SqlColumn, Value } from '../../runtime/history/index.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { openSpine } from '../../runtime/training/io/open-spine.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import type pg from 'pg';
import type { SourceRecord } from '../../runtime/engine/record.ts';
import { testDatabase, urlOf, withoutAutovacuum } from '../support/postgres.ts';

export const programs = { sql, serving, stream };

export const us = (text: string): number => parseInstant(text)!;

/** A history that is complete up to here. */
export const end = us('2026-01-02T00:00:00Z');

const airports = ['ORD', 'LAX', 'JFK', 'SFO'] as const;
const minute = 60_000_000;

/**
 * Flights of a day, one a quarter of an hour from airport to airport in turn. Every third leaves 40 minutes late, so
 * that hindsight knows it before it has left.
 */
export const flights: readonly SourceRecord[] = Array.from({ length: 96 }, (_, index) => {
  const t = us('2026-01-01T00:00:00Z') + index * 15 * minute;
  const delay = index % 3 === 0 ? 40 : 0;
  return {
    t,
    arrivedAt: t + delay * minute,
    value: {
      scheduled_departure: t,
      ...{ delay, distance: 300 + index },
      origin: airports[index % 4],
      destination: airports[(index + 1 + (index % 2)) % 4],
    },
  };
})
  .sort((a, b) => a.arrivedAt - b.arrivedAt)
  .map(({ arrivedAt, value }, offset) => ({
    ...{ source: 'flights', topic: 0, epoch: 0, partition: 0, offset, arrivedAt },
    value: { ...value, scheduled_departure: new Date(value.scheduled_departure / 1000).toISOString() },
  }));

export interface TestHistory {
  readonly pool: pg.Pool;
  readonly db: AnyDatabase;
  /** As a configuration has it. */
  readonly url: string;
  /** A folder of the test's own. */
  readonly folder: string;
  file(name: string, text?: string): string;
  end(): Promise<void>;
}

/** The flights in a database of its own. */
export async function flightHistory(): Promise<TestHistory> {
  const database = await testDatabase();
  const pool = createPool(database.connection, { max: 8 });
  const db: AnyDatabase = new Kysely({ dialect: new PostgresDialect({ pool }) });
  await installSchema(db, sql);
  const place = { source: 'flights', topic: 0, epoch: 0, partition: 0 };
  await appendHistory(pool, sql, flights.map(historyDecoder(stream)), {
    reaches: [{ ...place, next: flights.length, completeUntil: end }],
  });
  await withoutAutovacuum(pool);
  const folder = mkdtempSync(join(tmpdir(), 'skewless-backfill-'));
  return {
    ...{ pool, db, folder },
    url: urlOf(database.connection),
    file(path, text) {
      if (text !== undefined) writeFileSync(join(folder, path), text);
      return join(folder, path);
    },
    async end() {
      rmSync(folder, { recursive: true, force: true });
      await pool.end();
      await database.end();
    },
  };
}

/** Rows of a spine for `delay_risk`, as they are and as CSV: places and instants in turn, some rows twice. */
export interface Departure {
  readonly origin: string;
  readonly destination: string;
  readonly distance: number;
  readonly t: number;
  readonly label: string | null;
}

export function departures(count: number): readonly Departure[] {
  return Array.from({ length: count }, (_, index) => {
    const row = index % 7 === 6 ? index - 3 : index;
    return {
      origin: row % 5 === 4 ? 'NRT' : airports[row % 4]!,
      destination: airports[(row * 3 + 1) % 4]!,
      distance: 100 * row,
      // Now and then to the microsecond, and not in order.
      t: us('2026-01-01T06:00:00Z') + ((row * 37) % 1000) * minute + (row % 3 === 0 ? 1 : 0),
      label: row % 4 === 3 ? null : `label "${row}", with a comma`,
    };
  });
}

export function csvOf(rows: readonly Departure[]): string {
  const cell = (value: string | number | null): string =>
    value === null ? '' : `"${String(value).replaceAll('"', '""')}"`;
  const lines = rows.map(({ origin, destination, distance, t, label }) =>
    [origin, destination, distance, instantText(t), label].map(cell).join(','),
  );
  return ['origin,destination,distance,t,label', ...lines, ''].join('\n');
}

export const instantText = (at: number): string => formatInstant(instantFromMicroseconds(at));

/** What stands in a file or table, by columns, read as a spine is. */
export async function readBack(
  place: string,
  columns: readonly SqlColumn[],
  pool: pg.Pool,
): Promise<ReadonlyMap<string, readonly Value[]>> {
  const expected = new Map(columns.map(column => [column.name, { ...column, nullable: true }]));
  const spine = await openSpine(place, { expected, pool });
  const found = new Map<string, Value[]>(spine.columns.map(({ name }) => [name, []]));
  try {
    for await (const batch of spine.batches()) {
      if (batch.problems.length > 0) throw new Error(JSON.stringify(batch.problems[0]));
      spine.columns.forEach(({ name }, at) => found.get(name)!.push(...batch.columns[at]!));
    }
  } finally {
    await spine.close();
  }
  return found;
}
