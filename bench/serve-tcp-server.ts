// The other process of bench/serve-tcp.ts: a service over a loaded engine, or a bare echo over the same framing; either
// of them may take records in between. `node … serve-tcp-server.ts service|echo`; says and hears by IPC.
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { pino } from 'pino';
import { program } from '../generated/stream/index.ts';
import { serving } from '../generated/serving.ts';
import { Engine } from '../runtime/index.ts';
import type { FrontierEntry } from '../runtime/index.ts';
import type { Answerer } from '../runtime/serve/answerer.ts';
import { FrameReader } from '../runtime/serve/tcp/frame-reader.ts';
import { FrameWriter } from '../runtime/serve/tcp/frame-writer.ts';
import { ANSWER, READ } from '../runtime/serve/tcp/protocol.ts';
import { tcpServer } from '../runtime/serve/tcp/server.ts';
import { isoOf, shopLog } from './shop-log.ts';

const COUNT = 200_000;
const USERS = 20_000;
const DAY = 86_400_000_000;
/** Records are taken for so long before reads get their turn, ms. */
const SLICE = 0.2;

const log = shopLog(7, COUNT, USERS, 1);
const engine = new Engine({
  ...program,
  groups: program.groups.filter(group => group.name === 'user_behavior'),
  vectors: [],
});
let offset = 0;
let frontier: readonly FrontierEntry[] | null = null;
/** The instant up to which records have come in, µs; a minute of the log goes by in a second. */
let clock = log.arrivals[0]!;

/** The log goes round, a day later each time. */
function take(): void {
  const lap = Math.floor(offset / COUNT);
  const i = offset % COUNT;
  const event = log.events[i]!;
  clock = log.arrivals[i]! + lap * DAY;
  const value = { ...event, event_id: offset + 1, event_time: isoOf(clock) };
  const verdict = engine.ingest({ source: 'user_events', partition: 0, offset, arrivedAt: clock, value });
  if (verdict.kind !== 'counted') throw new Error(`record ${offset} was ${verdict.kind}`);
  offset += 1;
  if (offset % 10_000 === 0) engine.tick(clock);
  frontier = null;
}

const answerer: Answerer = {
  frontier: () => (frontier ??= engine.frontier()),
  answer({ name, keys, at = clock }) {
    const values = keys.map(key => engine.readGroup(name, key as { user_id: number }, at));
    return { at, frontier: answerer.frontier(), values };
  },
};

/** Answers every READ with as many bytes as a service would, without looking into it. */
function echo(socket: Socket): void {
  const reader = new FrameReader(1 << 20);
  const writer = new FrameWriter();
  const payload = new Uint8Array(8 + 4 + 4 + 1 + 8 * 7 + 1);
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    while (reader.next()) {
      if (reader.kind !== READ) continue;
      const start = writer.begin(reader.request, ANSWER);
      writer.raw(payload);
      writer.end(start);
    }
    socket.write(writer.written());
    if (socket.writableLength === 0) writer.clear();
    else writer.renew();
  });
}

async function listen(): Promise<number> {
  if (process.argv[2] === 'service') {
    const options = { plan: serving, answerer, host: '127.0.0.1', port: 0, log: pino({ level: 'silent' }) };
    return (await tcpServer(options).start()).port;
  }
  const server = createServer(echo).listen(0, '127.0.0.1');
  return new Promise(resolve =>
    server.once('listening', () => resolve((server.address() as { port: number }).port)),
  );
}

/** Takes records at `rate` a second, in slices. */
let rate = 0;
let due = 0;
let since = 0;
function ingestOn(): void {
  if (rate === 0) return;
  const now = performance.now();
  due = Math.min(due + ((now - since) / 1000) * rate, rate);
  since = now;
  const until = now + SLICE;
  while (due >= 1 && performance.now() < until) {
    for (let i = 0; i < 16 && due >= 1; i += 1, due -= 1) take();
  }
  setImmediate(ingestOn);
}

for (let i = 0; i < COUNT; i += 1) take();
const started = performance.now();
for (let i = 0; i < COUNT; i += 1) take();
const full = COUNT / ((performance.now() - started) / 1000);

let cpu = process.cpuUsage();
let from = offset;
process.on('message', (message: { ingest?: number; reset?: true; ask?: true }) => {
  if (message.ingest !== undefined) {
    rate = message.ingest;
    [due, since] = [0, performance.now()];
    if (rate > 0) ingestOn();
  }
  if (message.reset) [cpu, from] = [process.cpuUsage(), offset];
  if (message.ask) {
    const { user, system } = process.cpuUsage(cpu);
    process.send!({ cpu: (user + system) / 1e6, taken: offset - from });
  }
});
process.send!({ port: await listen(), full });
