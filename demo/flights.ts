// Control path, except for `wireRecord`, which runs once a flight.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decompress } from 'fzstd';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';

const MINUTE = 60_000_000;

/**
 * Flights in columns, row by row as they were scheduled: three million objects would take ten times the memory.
 * Times are µs; the file has local times without a zone, and they are taken for UTC.
 */
export interface Flights {
  readonly count: number;
  readonly scheduledDeparture: Float64Array;
  /** When it was known that the flight had left: as scheduled, or `delay` minutes later. */
  readonly arrivedAt: Float64Array;
  /** Minutes, below zero for a flight that left early. */
  readonly delay: Int16Array;
  /** Miles. */
  readonly distance: Int16Array;
  readonly origin: readonly string[];
  readonly destination: readonly string[];
  /** The rows in order of `arrivedAt`, equal ones in order of schedule: the log. */
  readonly arrivals: Uint32Array;
}

/**
 * The real flights of the first half of 2001, 3 million of them, in the package vega-datasets. Its entry is one
 * folder below its root; the data is no entry, and so found from there.
 */
export function flightsFile(): string {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  return join(dirname(entry), '..', 'data', 'flights-3m.parquet');
}

/** Reads the first `limit` flights of the file, one row group at a time. */
export async function readFlights(file: string, limit: number): Promise<Flights> {
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const count = Math.min(limit, Number(metadata.num_rows));
  const scheduledDeparture = new Float64Array(count);
  const delay = new Int16Array(count);
  const distance = new Int16Array(count);
  const origin = new Array<string>(count);
  const destination = new Array<string>(count);
  const columns: Record<string, (row: number, value: unknown) => void> = {
    date: (row, value) => (scheduledDeparture[row] = (value as Date).getTime() * 1000),
    delay: (row, value) => (delay[row] = int16('delay', value)),
    distance: (row, value) => (distance[row] = int16('distance', value)),
    origin: (row, value) => (origin[row] = value as string),
    destination: (row, value) => (destination[row] = value as string),
  };
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = Math.min(count, rowStart + Number(group.num_rows));
    if (rowStart >= rowEnd) break;
    await parquetRead({
      file: buffer,
      metadata,
      rowStart,
      rowEnd,
      columns: Object.keys(columns),
      compressors: { ZSTD: (bytes, length) => decompress(bytes, new Uint8Array(length)) },
      onChunk({ columnName, columnData, rowStart: first }) {
        const set = columns[columnName]!;
        const rows = Math.min(columnData.length, count - first);
        for (let i = 0; i < rows; i++) set(first + i, columnData[i]);
      },
    });
    rowStart = rowEnd;
  }
  const arrivedAt = scheduledDeparture.map((departure, row) => departure + Math.max(delay[row]!, 0) * MINUTE);
  const arrivals = Uint32Array.from({ length: count }, (_, row) => row);
  arrivals.sort((a, b) => arrivedAt[a]! - arrivedAt[b]! || a - b);
  return { count, scheduledDeparture, arrivedAt, delay, distance, origin, destination, arrivals };
}

/** Typed arrays wrap in silence; a value out of their range must not. */
function int16(column: string, value: unknown): number {
  const number = Number(value);
  if (number !== (number << 16) >> 16) throw new RangeError(`${column} ${number} does not fit 16 bits`);
  return number;
}

/** The flight that stands at `offset` in the log, as Kafka would deliver it: JSON in bytes. */
export function wireRecord(flights: Flights, offset: number) {
  const row = flights.arrivals[offset]!;
  const value = JSON.stringify({
    scheduled_departure: flights.scheduledDeparture[row]!,
    delay: flights.delay[row]!,
    distance: flights.distance[row]!,
    origin: flights.origin[row]!,
    destination: flights.destination[row]!,
  });
  return {
    source: 'flights',
    partition: 0,
    offset,
    arrivedAt: flights.arrivedAt[row]!,
    value: encoder.encode(value),
  };
}

const encoder = new TextEncoder();

export interface Disorder {
  /** Flights that became known after one that was scheduled later. */
  readonly outOfOrder: number;
  /** How much later than scheduled the latest became known, µs. */
  readonly latest: number;
}

/** How far the log is from the order in which things happened. */
export function disorderOf({ arrivals, scheduledDeparture, arrivedAt }: Flights): Disorder {
  let outOfOrder = 0;
  let latest = 0;
  let newest = -Infinity;
  for (const row of arrivals) {
    const departure = scheduledDeparture[row]!;
    if (departure < newest) outOfOrder++;
    else newest = departure;
    latest = Math.max(latest, arrivedAt[row]! - departure);
  }
  return { outOfOrder, latest };
}
