// One import, or one bare COPY, in a process of its own: bench/import.ts runs it.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { from as copyFrom } from 'pg-copy-streams';
import { serving } from '../generated/serving.ts';
import { program as sql } from '../generated/sql/index.ts';
import { program as stream } from '../generated/stream/index.ts';
import { installSchema } from '../runtime/history/index.ts';
import { importHistory } from '../runtime/imports/index.ts';
import type { ImportFrom } from '../runtime/imports/index.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import type { PostgresConnection } from '../runtime/postgres/pool.ts';

export interface ImportTask {
  readonly connection: PostgresConnection;
  /** A path: a bare COPY of that file of CSV, to the table `plain`. */
  readonly from: ImportFrom | string;
}

export interface ImportMeasured {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** The greatest resident memory of the process, MB. */
  readonly peak: number;
}

const { connection, from } = JSON.parse(process.argv[2]!) as ImportTask;
const pool = createPool(connection);
await installSchema(new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }), sql);
// Not the system's own word: that begins with what the process that made this one had.
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
const [wall, cpu] = [performance.now(), process.cpuUsage()];
await (typeof from === 'string' ? copy(from) : importFlights(from));
clearInterval(watch);
const { user, system } = process.cpuUsage(cpu);
const measured: ImportMeasured = {
  wall: (performance.now() - wall) / 1e3,
  cpu: (user + system) / 1e6,
  peak: Math.round(peak / 1e6),
};
await pool.end();
console.log(JSON.stringify(measured));

async function importFlights(past: ImportFrom): Promise<void> {
  await importHistory(pool, { stream, sql, serving }, { source: 'flights', from: past });
}

async function copy(path: string): Promise<void> {
  const client = await pool.connect();
  await client.query(
    'create table plain (scheduled_departure timestamptz, delay bigint, distance bigint, origin text, destination text)',
  );
  const into = client.query(copyFrom('copy plain from stdin with (format csv, header)'));
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), into);
  client.release();
}
