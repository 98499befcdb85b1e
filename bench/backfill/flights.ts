// A history of flights to train on, made in the database: this process's memory is what is measured.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { decompress } from 'fzstd';
import { parquetReadObjects } from 'hyparquet';
import type pg from 'pg';
import { CopyBuffer } from '../../runtime/history/copy-buffer.ts';
import { copyHeader, copyTrailer, send } from '../../runtime/history/copy.ts';
import { withTransaction } from '../../runtime/history/client.ts';
import { makeMonths, monthOf } from '../../runtime/history/months.ts';

/** Real departures of 2001 out of vega-datasets: few airports, many flights of each. */
export async function loadDense(pool: pg.Pool, count: number): Promise<void> {
  const build = createRequire(import.meta.url).resolve('vega-datasets');
  const bytes = await readFile(join(dirname(build), '..', 'data', 'flights-3m.parquet'));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  await pool.query(rawTable);
  const page = 100_000;
  for (let rowStart = 0; rowStart < count; rowStart += page) {
    const rows = await parquetReadObjects({
      file,
      compressors: { ZSTD: (input, length) => decompress(input, new Uint8Array(length)) },
      rowStart,
      rowEnd: Math.min(rowStart + page, count),
    });
    await withTransaction(pool, client => send(client, 'raw_flights', rawRows(rows)));
  }
}

function* rawRows(rows: readonly Readonly<Record<string, unknown>>[]): Generator<Uint8Array, void> {
  yield copyHeader;
  const buffer = new CopyBuffer(256 * 1024);
  for (const row of rows) {
    buffer.int2(5);
    buffer.timestamp((row['date'] as Date).getTime() * 1000);
    buffer.int8(Number(row['delay']));
    buffer.int8(Number(row['distance']));
    buffer.text(row['origin'] as string);
    buffer.text(row['destination'] as string);
    if (buffer.isFull) yield buffer.take();
  }
  buffer.int2(copyTrailer);
  yield buffer.take();
}

/** As many flights of half a year between places of which each sees few. */
export async function loadSparse(pool: pg.Pool, count: number): Promise<void> {
  const keys = Math.ceil(count / 30);
  await pool.query(rawTable);
  await pool.query(`insert into raw_flights
    select '2001-01-01Z'::timestamptz + bench_hash(i, 1) % 15552000 * interval '1 second', bench_hash(i, 2) % 130 - 10, 100 + bench_hash(i, 3) % 2500,
      'A' || bench_hash(i, 4) % ${keys}, 'A' || (bench_hash(i, 4) % ${keys} + bench_hash(i, 5) % 3) % ${keys}
    from generate_series(1, ${count}) as i`);
}

const rawTable = `create or replace function bench_hash(i integer, salt integer) returns bigint
  language sql immutable parallel safe as 'select abs(hashint8extended(i, salt) % 1000000007)';
  drop table if exists raw_flights;
  create unlogged table raw_flights (date timestamptz, delay bigint, distance bigint, origin text collate "C", destination text collate "C")`;

/** The flights as the log had them: each known when it had left. And departures to ask about. */
export async function fillHistory(pool: pg.Pool, spineRows: number): Promise<void> {
  await withTransaction(pool, async client => {
    const { rows } = await client.query<{ first: Date; last: Date }>(
      `select min(date) as first, max(date) + interval '40 days' as last from raw_flights`,
    );
    const [first, last] = [rows[0]!.first, rows[0]!.last].map(date => monthOf(date.getTime() * 1000));
    await makeMonths(
      client,
      'flights',
      Array.from({ length: last! - first! + 1 }, (_, index) => first! + index),
    );
    await client.query(`insert into "history"."flights"
      (scheduled_departure, delay, distance, origin, destination, _topic, _epoch, _partition, _offset, _arrived_at)
      select date, delay, distance, origin, destination, 0, 0, 0, row_number() over (order by arrived) - 1, arrived
      from (select *, date + greatest(delay, 0) * interval '1 minute' as arrived from raw_flights) as r order by arrived`);
    await client.query(`insert into "history"."frontier" (source, topic, epoch, partition, next_offset, arrived_at, complete_until)
      select 'flights', 0, 0, 0, count(*), max(_arrived_at), 'infinity' from "history"."flights"`);
    await client.query(`drop table if exists bench_spine; create unlogged table bench_spine as
      select (row_number() over () - 1)::integer as n, date as t, origin, destination, distance
      from (select * from raw_flights order by bench_hash((extract(epoch from date))::integer, delay::integer) limit ${spineRows}) as r`);
    await client.query('create index on bench_spine (n)');
  });
  await pool.query('vacuum analyze');
}
