// `npm run bench:verify`: how fast logged reads are verified that each knew something else, against a training set for
// each frontier.
import { Kysely, PostgresDialect } from 'kysely';
import { serving } from '../generated/serving.ts';
import { program as sql } from '../generated/sql/index.ts';
import { program } from '../generated/stream/index.ts';
import { appendReads, AuditLog, verifyReads } from '../runtime/audit/index.ts';
import { parseFrontier } from '../runtime/audit/frontier-text.ts';
import { readLog } from '../runtime/audit/read-log.ts';
import { appendHistory, historyDecoder, installSchema, trainingSet } from '../runtime/history/index.ts';
import { Engine } from '../runtime/index.ts';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import { airportOf, departures } from './flights-log.ts';
import { heading } from './measure.ts';

const AIRPORTS = 50;
const A_DAY = 80;
const DAYS = 50;
const PARTITIONS = 6;
const READS = 20_000;
/** Frontiers of the baseline, which takes the same time for each. */
const SAMPLE = 40;

const postgres = await startEmbeddedPostgres();
const pool = createPool(await postgres.createDatabase('bench_verify'));
const db = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool }) });
await installSchema(db, sql);

const offsets = new Map<number, number>();
const records = departures(11, AIRPORTS, A_DAY, DAYS).map((value, index) => {
  const partition = (index * 7919) % PARTITIONS;
  const offset = offsets.get(partition) ?? 0;
  offsets.set(partition, offset + 1);
  return { source: 'flights', partition, offset, arrivedAt: value.scheduled_departure, value };
});

const log = new AuditLog({
  ...{ plan: serving, sample: 1, limit: READS, random: () => 0, now: () => records.at(-1)!.arrivedAt },
  write: reads => appendReads(pool, reads),
  events: {
    written: () => undefined,
    dropped: () => undefined,
    failed: error => {
      throw error;
    },
    recovered: () => undefined,
  },
});

/** One read after each of the last records, so that no two know the same. */
const engine = new Engine(program);
const first = records.length - READS;
for (const [index, record] of records.entries()) {
  engine.ingest(record);
  if (index < first) continue;
  const keys = [{ airport: airportOf(index % AIRPORTS) }];
  const values = keys.map(key => engine.readGroup('airport_departures', key, record.arrivedAt));
  const answer = { at: record.arrivedAt, frontier: engine.frontier(), values };
  log.answered({ kind: 'group', name: 'airport_departures', keys }, answer);
}
const decode = historyDecoder(program);
for (let start = 0; start < records.length; start += 20_000)
  await appendHistory(pool, sql, records.slice(start, start + 20_000).map(decode));
await log.flush();

const requestOf = (text: string): Record<string, string> => JSON.parse(text) as Record<string, string>;

const seconds = async (run: () => Promise<unknown>): Promise<number> => {
  const start = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

let told = '';
const chain = await seconds(async () => {
  const { reads, values, differing } = await verifyReads(db, sql, serving, { shown: 10, events: 100 });
  told = `${reads} reads, ${values} values, ${differing} differ`;
});
const byArrival = await seconds(async () => {
  for await (const page of readLog(db, {}))
    await trainingSet(db, sql, {
      read: { group: 'airport_departures' },
      spine: page.map(({ t, request }) => ({ t, request: requestOf(request) })),
      known: { kind: 'arrival' },
      // The last arrival is that of one partition.
      allowHistoryBehind: true,
    });
});
const alone = await seconds(async () => {
  for await (const page of readLog(db, { limit: SAMPLE }))
    for (const { t, request, frontier } of page)
      await trainingSet(db, sql, {
        read: { group: 'airport_departures' },
        spine: [{ t, request: requestOf(request) }],
        known: { kind: 'frontier', positions: parseFrontier(frontier) },
      });
});

heading('Verify', `${records.length} flights in ${PARTITIONS} partitions; ${told}, each at its own frontier`);
console.log(
  `  along the chain of frontiers     ${(READS / chain).toFixed(0).padStart(8)} reads/s (${chain.toFixed(1)} s)`,
);
console.log(`  by arrival, as any training set  ${(READS / byArrival).toFixed(0).padStart(8)} reads/s`);
console.log(
  `  a training set for each frontier ${(SAMPLE / alone).toFixed(1).padStart(8)} reads/s (${SAMPLE} of them)`,
);

await db.destroy();
await postgres.stop();
