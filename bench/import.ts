// How fast past records get into the history, and how fast a state is built of it, in one run:
//   node --expose-gc --conditions=source --import tsx bench/import.ts [rows]
//
//   COPY        the same rows from a CSV file into a plain table without indexes: what nothing can be faster than
//   import      files of flights, and the table of that COPY, to committed rows: digest, decoding, COPY, the indexes.
//               Each in a process of its own, whose greatest resident memory is told
//   bootstrap   the history's flights to an engine, once all of them, once as far as windows reach
//
// Wall time holds the server's work as well, and whatever else the machine does; CPU is the process's that imports.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parquetWriteFile } from 'hyparquet-writer';
import { program as sql } from '../generated/sql/index.ts';
import { program as stream } from '../generated/stream/index.ts';
import { formatInstant } from '../kernels/instant.ts';
import type { Instant } from '../kernels/instant.ts';
import { bootstrapEngine } from '../runtime/bootstrap/index.ts';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import type { PostgresConnection } from '../runtime/postgres/pool.ts';
import { departures } from './flights-log.ts';
import type { ImportMeasured, ImportTask } from './import-once.ts';
import { heading, report } from './measure.ts';
import type { Rate } from './measure.ts';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const flights = departures(1, 100, 20, Math.ceil(ROWS / 2_000)).slice(0, ROWS);
const folder = mkdtempSync(join(tmpdir(), 'bench-import-'));
const server = await startEmbeddedPostgres();
try {
  await write(
    'ndjson',
    flights.map(row => JSON.stringify({ ...row, scheduled_departure: iso(row.scheduled_departure) })),
  );
  const names = ['scheduled_departure', 'delay', 'distance', 'origin', 'destination'] as const;
  await write('csv', [
    names.join(','),
    ...flights.map(row =>
      [iso(row.scheduled_departure), row.delay, row.distance, row.origin, row.destination].join(','),
    ),
  ]);
  writeParquet();
  heading(`import: ${ROWS.toLocaleString('en')} flights, on ${process.version}`);
  const plain = await server.createDatabase('bench_plain');
  const copied = await measured({ connection: plain, from: pathOf('csv') });
  report('bare COPY of CSV', rateOf(copied), '');
  const tell = (from: string, found: ImportMeasured): void => {
    report(`import, ${from}`, rateOf(found), '200 k/s');
    const share = (copied.wall / found.wall).toFixed(2);
    console.log(
      `  ${' '.repeat(34)}${share} × bare COPY by wall time, at most ${found.peak} MB resident   target 300 MB`,
    );
  };
  for (const format of ['ndjson', 'csv', 'parquet']) {
    const connection = await server.createDatabase(`bench_${format}`);
    tell(format, await measured({ connection, from: { kind: 'file', path: pathOf(format) } }));
    if (format === 'ndjson') await measureBootstrap(connection);
  }
  tell('a table', await measured({ connection: plain, from: { kind: 'table', name: 'plain' } }));
} finally {
  await server.stop();
  rmSync(folder, { recursive: true });
}

async function measured(task: ImportTask): Promise<ImportMeasured> {
  const script = fileURLToPath(new URL('import-once.ts', import.meta.url));
  const flags = ['--conditions=source', '--import', 'tsx', script, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout) as ImportMeasured;
}

function pathOf(format: string): string {
  return join(folder, `flights.${format}`);
}

function rateOf({ wall, cpu }: ImportMeasured): Rate {
  return { wall: ROWS / wall, cpu: ROWS / cpu };
}

async function measureBootstrap(connection: PostgresConnection): Promise<void> {
  const pool = createPool(connection);
  // From before the first one on, every flight is in some window, and all are read.
  const [early, now] = [flights[0]!.scheduled_departure, flights.at(-1)!.scheduled_departure];
  const read: number[] = [];
  for (const [name, at] of [
    ['bootstrap, all rows', early],
    ['bootstrap, what windows reach', now],
  ] as const) {
    globalThis.gc?.();
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const rows = (await bootstrapEngine(pool, stream, sql, { now: at }))!.rows['flights']!;
    const { user, system } = process.cpuUsage(cpu);
    read.push(rows);
    report(
      name,
      { wall: (rows / (performance.now() - wall)) * 1e3, cpu: (rows / (user + system)) * 1e6 },
      name.endsWith('all rows') ? '150 k/s' : '',
    );
  }
  console.log(`  rows read: ${read.map(rows => rows.toLocaleString('en')).join(', ')}`);
  await pool.end();
}

function iso(us: number): string {
  return formatInstant(us as Instant);
}

async function write(format: string, lines: readonly string[]): Promise<void> {
  const file = createWriteStream(pathOf(format));
  for (let start = 0; start < lines.length; start += 10_000)
    file.write(`${lines.slice(start, start + 10_000).join('\n')}\n`);
  file.end();
  await once(file, 'finish');
}

function writeParquet(): void {
  const column = (name: keyof (typeof flights)[number], type: 'STRING' | 'INT32') => ({
    name,
    type,
    data: flights.map(row => row[name]),
  });
  parquetWriteFile({
    filename: pathOf('parquet'),
    columnData: [
      {
        name: 'scheduled_departure',
        type: 'TIMESTAMP',
        data: flights.map(row => new Date(row.scheduled_departure / 1000)),
      },
      ...[column('delay', 'INT32'), column('distance', 'INT32')],
      ...[column('origin', 'STRING'), column('destination', 'STRING')],
    ],
  });
}
