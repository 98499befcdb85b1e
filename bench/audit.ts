// `npm run bench:audit`: what the audit log costs reads. A live state answers one key after the other, with nothing
// logged, and with 1 % of the requests logged into a PostgreSQL; the two take turns.
import { setImmediate } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { serving } from '../generated/serving.ts';
import { program as sql } from '../generated/sql/index.ts';
import { program } from '../generated/stream/index.ts';
import { appendReads, AuditLog } from '../runtime/audit/index.ts';
import { installSchema } from '../runtime/history/index.ts';
import { Engine } from '../runtime/index.ts';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import { LiveState } from '../runtime/service/live-state.ts';
import { Random } from '../test/stream/support/random.ts';
import { heading, report } from './measure.ts';
import type { Rate } from './measure.ts';

const READS = 600_000;
/** Reads between two turns of the event loop. */
const TURN = 200;
const ROUNDS = 4;
const SAMPLE = 0.01;
const USERS = 5_000;
const EVENTS = 100_000;
const START = Date.UTC(2024, 0, 1) * 1000;
const END = START + EVENTS * 400_000;

function loaded(): Engine {
  const engine = new Engine(program);
  for (let offset = 0; offset < EVENTS; offset += 1) {
    const time = START + offset * 400_000;
    const value = {
      ...{ transaction_id: `t${offset}`, user_id: (offset * 7919) % USERS, merchant_id: (offset * 31) % 500 },
      ...{ terminal_id: offset % 100, amount: ((offset * 37) % 100_000) / 100, is_fraud: offset % 97 === 0 },
      ...{ country: offset % 11 === 0 ? 'FR' : 'DE', transaction_time: time },
    };
    engine.ingest({ source: 'card_transactions', partition: 0, offset, arrivedAt: time, value });
  }
  return engine;
}

const postgres = await startEmbeddedPostgres();
const pool = createPool(await postgres.createDatabase('bench_audit'));
const db = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool }) });
await installSchema(db, sql);

const random = new Random(7);
const said = { written: 0, dropped: 0 };
const audit = new AuditLog({
  ...{ plan: serving, sample: SAMPLE, limit: 10_000, random: () => random.next(), now: () => END },
  write: reads => appendReads(pool, reads),
  events: {
    written: reads => (said.written += reads),
    dropped: reads => (said.dropped += reads),
    failed: error => {
      throw error;
    },
    recovered: () => undefined,
  },
});

const engine = loaded();
let now = END;
const stateWith = (log: AuditLog | null): LiveState =>
  new LiveState(engine, () => (now += 1), {
    refused: () => undefined,
    read: () => undefined,
    values: () => undefined,
    wantsValues: () => false,
    answered: (request, answer) => log?.answered(request, answer),
  });

async function round(log: AuditLog | null): Promise<Rate> {
  const state = stateWith(log);
  const flushing = setInterval(() => void log?.flush(), 1_000);
  globalThis.gc?.();
  const wall = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  for (let n = 0; n < READS; n += TURN) {
    for (let i = n; i < n + TURN; i += 1)
      state.answer({ kind: 'group', name: 'cardholder_activity', keys: [{ user_id: i % USERS }] });
    await setImmediate();
  }
  // What still waits keeps no read waiting, but its CPU counts.
  const ended = process.hrtime.bigint();
  clearInterval(flushing);
  await log?.flush();
  const { user, system } = process.cpuUsage(cpu);
  return {
    wall: READS / (Number(ended - wall) / 1e9),
    cpu: READS / ((user + system) / 1e6),
  };
}

const best = { off: { wall: 0, cpu: 0 }, on: { wall: 0, cpu: 0 } };
for (let turn = 0; turn < ROUNDS; turn += 1) {
  for (const [name, log] of [
    ['off', null],
    ['on', audit],
  ] as const) {
    const { wall, cpu } = await round(log);
    best[name] = { wall: Math.max(best[name].wall, wall), cpu: Math.max(best[name].cpu, cpu) };
  }
}

heading('Audit', `${READS} reads of one key, cardholder_activity; the best of ${ROUNDS} rounds in turn`);
report('audit off', best.off, '');
report('audit at 1 %, into PostgreSQL', best.on, '', ['audit off', best.off]);
console.log(
  `  ${(best.on.wall / best.off.wall).toFixed(2)} × by wall time; ${said.written} reads written, ${said.dropped} dropped`,
);

await db.destroy();
await postgres.stop();
