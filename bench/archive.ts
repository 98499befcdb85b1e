// How fast the history is written, in one run:
//   node --expose-gc --conditions=source --import tsx bench/archive.ts [rows]
//
//   decode   bytes to records, by the stream's own decoders
//   encode   records to the bytes of COPY
//   append   transactions of records with the frontier; beside it the server alone: the same bytes, ready made, into a
//            table of the same indexes
//   archive  bytes to committed rows: what an archiver does, all of it
//
// CPU is this process's. The server's own is told apart, where the system tells it (Linux); wall time holds both, and
// whatever else the machine does.
import { readFile } from 'node:fs/promises';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import pino from 'pino';
import { program as sql } from '../generated/sql/index.ts';
import { program as stream } from '../generated/stream/index.ts';
import { archive } from '../runtime/archive/index.ts';
import { recordChunks, recordsTarget, send } from '../runtime/history/copy.ts';
import { appendHistory, historyDecoder, installSchema } from '../runtime/history/index.ts';
import type { EventRecord } from '../runtime/history/index.ts';
import type { SourceRecord } from '../runtime/index.ts';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import type { RecordSource } from '../runtime/sources/source.ts';
import { departures } from './flights-log.ts';
import { heading, report } from './measure.ts';
import type { Rate } from './measure.ts';
import { shopLog } from './shop-log.ts';

const ROWS = Number(process.argv[2] ?? 200_000);
const BATCH = 20_000;
const now = (): number => Date.now() * 1000;

const encoder = new TextEncoder();
const flights = departures(1, 100, 20, Math.ceil(ROWS / 2_000)).slice(0, ROWS);
const shop = shopLog(1, ROWS, 20_000, 60);
const logs: Readonly<Record<string, readonly SourceRecord[]>> = {
  flights: flights.map((row, offset) => ({
    ...{ source: 'flights', topic: 0, epoch: 0, partition: 0, offset, arrivedAt: row.scheduled_departure },
    value: encoder.encode(JSON.stringify(row)),
  })),
  user_events: shop.bytes.map((value, offset) => ({
    ...{ source: 'user_events', topic: 0, epoch: 0, partition: 0, offset, arrivedAt: shop.arrivals[offset]! },
    value,
  })),
};

const server = await startEmbeddedPostgres();
for (const [source, log] of Object.entries(logs)) {
  const plan = sql.sources.find(({ name }) => name === source)!;
  const bytes = log.reduce((sum, { value }) => sum + (value as Uint8Array).length, 0);
  heading(
    `${source}: ${ROWS.toLocaleString('en')} records of ${Math.round(bytes / ROWS)} bytes, ${plan.columns.length} columns`,
  );
  const connection = await server.createDatabase(`bench_${source}`);
  const pool = createPool(connection, { max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  await installSchema(db, sql);

  const decode = historyDecoder(stream);
  let records: EventRecord[] = [];
  report(
    'decode',
    await bestOf(3, () => {
      records = log.map(record => decode(record) as EventRecord);
    }),
    '',
  );
  const arrived = { records, arrivals: records.map(({ arrivedAt }) => arrivedAt) };
  let chunks: Uint8Array[] = [];
  report(
    'encode',
    await bestOf(3, () => {
      chunks = [...recordChunks(plan, arrived)];
    }),
    '',
  );

  const busy = await serverSeconds(pool);
  const append = await bestOf(3, async () => {
    await pool.query(`truncate ${plan.table}, "history"."frontier"`);
    for (let start = 0; start < records.length; start += BATCH) {
      await appendHistory(pool, sql, records.slice(start, start + BATCH));
    }
  });
  const served = ((await serverSeconds(pool)) ?? NaN) - (busy ?? NaN);
  const alone = await bestOf(3, async () => {
    await pool.query(`truncate ${plan.table}`);
    const client = await pool.connect();
    await send(client, recordsTarget(plan), chunks);
    client.release();
  });
  report('append', append, '200 k/s', ['the server alone', alone]);
  report('the server alone', alone, '');
  if (served === served)
    console.log(`  append, the server's own CPU     ${Math.round((3 * ROWS) / served / 1e3)} k/s`);

  const archived = await bestOf(2, async () => {
    await pool.query(`truncate ${plan.table}, "history"."frontier"`);
    await archive({
      ...{ program: stream, sql, postgres: connection, now, log: pino({ level: 'silent' }) },
      source: () => inMemory(log),
      signal: new AbortController().signal,
      events: {
        health: () => undefined,
        committed: () => undefined,
        failed: message => console.log(message),
        early: () => undefined,
        dropped: () => undefined,
      },
    });
  });
  report('archive', archived, '', ['append', append]);
  await db.destroy();
}
await server.stop();

/** CPU seconds of the pool's one session so far; null where the system does not tell. */
async function serverSeconds(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  const stat = await readFile(`/proc/${rows[0]!.pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Of a hundredth of a second each: user, system.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function bestOf(rounds: number, run: () => void | Promise<void>): Promise<Rate> {
  const best = { wall: 0, cpu: 0 };
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    await run();
    const { user, system } = process.cpuUsage(cpu);
    best.wall = Math.max(best.wall, (ROWS / (performance.now() - wall)) * 1e3);
    best.cpu = Math.max(best.cpu, (ROWS / (user + system)) * 1e6);
  }
  return best;
}

/** A log of one partition, as an adapter would hand it over. */
function inMemory(log: readonly SourceRecord[]): RecordSource {
  const [{ source, partition }] = log as readonly [SourceRecord];
  const place = { source, topic: 0, epoch: 0, partition };
  return {
    async run(_, take) {
      for (let start = 0; start < log.length; start += 1_000) {
        await take({ ...place, records: log.slice(start, start + 1_000), end: log.length });
      }
    },
    ends: () => [{ ...place, end: log.length, seenAt: now() }],
    pause: () => undefined,
    resume: () => undefined,
    commit: async () => undefined,
    close: async () => undefined,
  };
}
