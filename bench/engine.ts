// How fast the generated engine is, beside code written by hand for the same features, and how much it holds:
//   npm run bench [events]
// All of it on one thread. What it runs is `generated/stream` as it stands, cut down to the group in question.
import { program } from '../generated/stream/index.ts';
import { Engine } from '../runtime/index.ts';
import type { StreamProgram } from '../runtime/index.ts';
import { airportOf, departures, START } from './flights-log.ts';
import { FlightsBaseline } from './flights-baseline.ts';
import { contest, heading, rateOf, report } from './measure.ts';
import { Baseline } from './shop-baseline.ts';
import { shopLog } from './shop-log.ts';
import type { ShopLog } from './shop-log.ts';

const SEED = 7;
const COUNT = Number(process.argv[2] ?? 300_000);
/** About 25 events of a user lie in the last 7 of 14 days. */
const USERS = Math.ceil(COUNT / 50);
const DAYS = 14;
const WEEK = 7 * 86_400_000_000;
const TICK_EVERY = 10_000;
const READS = 400_000;
let sink: unknown = null;

const log = shopLog(SEED, COUNT, USERS, DAYS);
const end = log.arrivals[COUNT - 1]!;
/** Users to read, Zipf-distributed and even. */
const busyUsers = Int32Array.from({ length: READS }, (_, i) => log.events[(i * 7919) % COUNT]!.user_id);
const anyUsers = Int32Array.from({ length: READS }, (_, i) => 1 + ((i * 7919) % USERS));

console.log(`${COUNT} events of ${USERS} users in ${DAYS} days, Zipf 1.0, 5 % late, seed ${SEED}`);
// First, while nothing else has left anything behind.
memory();
ingestion();
reads();
vectors();
flights();
if (sink === null) throw new Error('nothing was read');

function only(...groups: readonly string[]): StreamProgram {
  return { ...program, groups: program.groups.filter(group => groups.includes(group.name)), vectors: [] };
}

function ingestAll(engine: Engine, { arrivals }: ShopLog, values: readonly unknown[]): void {
  for (let i = 0; i < values.length; i += 1) {
    const arrivedAt = arrivals[i]!;
    engine.ingest({ source: 'user_events', partition: 0, offset: i, arrivedAt, value: values[i] });
    if (i % TICK_EVERY === 0) engine.tick(arrivedAt);
  }
  engine.tick(end);
}

function loaded(groups: StreamProgram): Engine {
  const engine = new Engine(groups);
  ingestAll(engine, log, log.bytes);
  return engine;
}

function loadedByHand(): Baseline {
  const baseline = new Baseline();
  log.bytes.forEach((bytes, i) => baseline.ingestBytes(bytes, log.arrivals[i]!));
  return baseline;
}

function ingestion(): void {
  heading(
    'Ingestion of user_events into user_behavior, events × group',
    'By hand: typed rings for these six features; bytes through a scanner that trusts the producer to the byte,',
    'or through JSON.parse. The engine validates every column, remembers ids, counts fates and can be saved.',
  );
  const ours = (values: readonly unknown[]) => () => {
    const engine = new Engine(only('user_behavior'));
    return () => ingestAll(engine, log, values);
  };
  const byHand = (take: (baseline: Baseline, i: number) => void) => () => {
    const baseline = new Baseline();
    return () => {
      for (let i = 0; i < COUNT; i += 1) take(baseline, i);
    };
  };
  const rates = contest(COUNT, {
    bytes: ours(log.bytes),
    scanned: byHand((baseline, i) => baseline.ingestBytes(log.bytes[i]!, log.arrivals[i]!)),
    rows: ours(log.events),
    rowsByHand: byHand((baseline, i) => baseline.ingest(log.events[i]!, log.arrivals[i]!)),
    parsed: byHand((baseline, i) => baseline.ingestJson(log.bytes[i]!, log.arrivals[i]!)),
  });
  report('from JSON bytes', rates.bytes, '0.6 M/s, 0.7 ×', ['by hand', rates.scanned]);
  report('', rates.bytes, '', ['by hand with JSON.parse', rates.parsed]);
  report('from parsed rows', rates.rows, '1 M/s, 0.7 ×', ['by hand', rates.rowsByHand]);
}

function reads(): void {
  heading(
    'Reads of all of user_behavior (8 features), t never decreasing',
    'By hand: counts a window anew on each read. Past reads go to and fro within the lookback of an hour.',
  );
  const engine = loaded(only('user_behavior'));
  const baseline = loadedByHand();
  // What is compared must say the same.
  for (let i = 0; i < 2000; i += 1) {
    const user = busyUsers[i]!;
    const got = JSON.stringify(engine.readGroup('user_behavior', { user_id: user }, end));
    const wanted = JSON.stringify(baseline.read(user, end));
    if (got !== wanted) throw new Error(`user ${user}: the engine has ${got}, by hand ${wanted}`);
  }
  let from = end;
  const ours = (users: Int32Array) => () => () => {
    for (let i = 0; i < READS; i += 1)
      sink = engine.readGroup('user_behavior', { user_id: users[i]! }, from + i);
    from += READS;
  };
  const byHand = (users: Int32Array, count: number) => () => () => {
    for (let i = 0; i < count; i += 1) sink = baseline.read(users[i]!, end + i);
  };
  const even = contest(READS, { engine: ours(anyUsers), byHand: byHand(anyUsers, READS) });
  report('any user alike', even.engine, '2 M/s, 0.7 ×', ['by hand', even.byHand]);
  const busy = contest(READS, { engine: ours(busyUsers) });
  const few = READS / 100;
  const busyByHand = contest(few, { byHand: byHand(busyUsers, few) });
  report('as users are busy', busy.engine, '2 M/s, 0.7 ×', ['by hand', busyByHand.byHand]);
  const past = contest(READS, {
    engine: () => () => {
      for (let i = 0; i < READS; i += 1) {
        const t = from - ((i * 104_729) % 3600) * 1_000_000;
        sink = engine.readGroup('user_behavior', { user_id: anyUsers[i]! }, t);
      }
    },
  });
  report('in the past hour, any user', past.engine, '');
}

/** What one more engine adds to the process, by event in the 7 days' window. */
function memory(): void {
  heading('Memory, all in: rows, slack, keys, texts, ids, JavaScript objects');
  if (globalThis.gc === undefined) {
    console.log('  run with --expose-gc');
    return;
  }
  const used = (): number => {
    // Twice: buffers are let go only after their owners.
    globalThis.gc!();
    globalThis.gc!();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  // Compiled code is no state: the first engine is not counted.
  loaded(only('user_behavior'));
  const before = used();
  const engine = loaded(only('user_behavior'));
  const held = used() - before;
  const live = log.events.filter(event => Date.parse(event.event_time) * 1000 > end - WEEK).length;
  const { keys, rows, places, texts } = engine.size();
  console.log(`  ${(held / live).toFixed(0)} bytes a live event   target ≤ 100`);
  console.log(
    `  ${live} live events of ${keys} keys in ${rows} rows held and ${places} places, ${texts} texts`,
  );
}

function vectors(): void {
  heading(
    'Vectors of 28 and 15 features, both for each request: churn_risk and purchase_propensity',
    'Nine lookups in six groups, and what is derived over them.',
  );
  const engine = new Engine(program);
  for (let user = 1; user <= USERS; user += 1) {
    const after = { user_id: user, country: 'PT', device: 'mobile', created_at: log.events[0]!.event_time };
    const value = { op: 'c', before: null, after, source: { lsn: user, ts_us: log.arrivals[0] } };
    engine.ingest({ source: 'users', partition: 0, offset: user, arrivedAt: log.arrivals[0]!, value });
  }
  const all = rateOf(COUNT, () => ingestAll(engine, log, log.bytes));
  report('ingestion, events into 6 groups', all, '');
  const count = 50_000;
  let from = end;
  const rates = contest(count, {
    both: () => () => {
      for (let i = 0; i < count; i += 1) {
        const event = log.events[COUNT - 1 - i]!;
        sink = engine.readVector('churn_risk', { user_id: event.user_id }, from + i);
        sink = engine.readVector('purchase_propensity', { session_id: event.session_id }, from + i);
      }
      from += count;
    },
  });
  report('43 features for one request', rates.both, '');
}

/** Reads while rows come into every window and leave it: those of the last day are known ahead of t. */
function flights(): void {
  const AIRPORTS = 5;
  const A_DAY = 1000;
  heading(
    `Reads of all of airport_departures (25 features, ${7 * A_DAY} departures in 7 days), t never decreasing`,
    'Exact p95, mean, stddev and share over 1 h, 3 h, 24 h and 7 d, last 3, top 3, count of the day. Rows enter and',
    'leave every window as t goes on. By hand: a sorted array a window, totals in doubles.',
  );
  const events = departures(SEED, AIRPORTS, A_DAY, 9);
  const last = START + 8 * 86_400_000_000;
  const count = 50_000;
  const step = Math.floor(86_400_000_000 / count);
  const load = (): Engine => {
    const engine = new Engine(only('airport_departures'));
    events.forEach((value, offset) => {
      const scheduled = value.scheduled_departure;
      const arrivedAt = Math.min(scheduled, last);
      const text = new Date(scheduled / 1000).toISOString();
      const json = { ...value, scheduled_departure: text };
      engine.ingest({ source: 'flights', partition: 0, offset, arrivedAt, value: json });
      if (offset % TICK_EVERY === 0) engine.tick(arrivedAt);
    });
    return engine;
  };
  const loadByHand = (): FlightsBaseline => {
    const baseline = new FlightsBaseline();
    for (const { scheduled_departure, delay, origin, destination } of events)
      baseline.ingest(Math.floor(scheduled_departure / 1000) * 1000, delay, origin, destination);
    return baseline;
  };
  const airports = Array.from({ length: AIRPORTS }, (_, i) => airportOf(i));
  const [engine, baseline] = [load(), loadByHand()];
  for (let i = 0; i < 200; i += 1) {
    const airport = airports[i % AIRPORTS]!;
    const got = Object.entries(engine.readGroup('airport_departures', { airport }, last + i * 1e6));
    const wanted = baseline.read(airport, last + i * 1e6);
    for (const [name, value] of got) {
      if (JSON.stringify(wanted[name]) !== JSON.stringify(value))
        throw new Error(
          `${airport}.${name}: the engine has ${String(value)}, by hand ${String(wanted[name])}`,
        );
    }
  }
  const rates = contest(count, {
    engine: () => {
      const fresh = load();
      return () => {
        for (let i = 0; i < count; i += 1)
          sink = fresh.readGroup('airport_departures', { airport: airports[i % AIRPORTS]! }, last + i * step);
      };
    },
    byHand: () => {
      const fresh = loadByHand();
      return () => {
        for (let i = 0; i < count; i += 1) sink = fresh.read(airports[i % AIRPORTS]!, last + i * step);
      };
    },
  });
  report('one airport after the other', rates.engine, '50 k/s, 0.7 ×', ['by hand', rates.byHand]);
}
