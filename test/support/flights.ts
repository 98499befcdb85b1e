import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { instantFromMicroseconds, formatInstant, parseInstant } from 'skewless';
import type { SourceRecord } from '../../testing/index.ts';

interface Flight {
  /** `2001/01/01 06:55`, taken as UTC. */
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/**
 * Real flights out of vega-datasets as records of the `flights` source: each happens at its scheduled departure and
 * arrives when it has left, `delay` minutes later; one that left early arrives on schedule. Offsets in order of arrival.
 */
export function flightRecords(dataset: '2k' | '5k' | '10k' | '20k' = '2k'): SourceRecord[] {
  const build = createRequire(import.meta.url).resolve('vega-datasets');
  const file = join(dirname(build), '..', 'data', `flights-${dataset}.json`);
  const flights = JSON.parse(readFileSync(file, 'utf8')) as readonly Flight[];
  const records = flights.map(({ date, ...flight }) => {
    const scheduled = parseInstant(`${date.replaceAll('/', '-')}:00Z`);
    if (scheduled === null) throw new Error(`'${date}' is no date`);
    const arrivedAt = instantFromMicroseconds(scheduled + Math.max(flight.delay, 0) * 60_000_000);
    return { arrivedAt, value: { scheduled_departure: formatInstant(scheduled), ...flight } };
  });
  records.sort((a, b) => a.arrivedAt - b.arrivedAt);
  return records.map((record, offset) => ({ source: 'flights', partition: 0, offset, ...record }));
}
