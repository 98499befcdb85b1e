// Reads over TCP: how many, and how soon compared to a bare echo. `npm run bench:tcp`; takes about half a minute.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tcp } from '../runtime/client/tcp.ts';
import { FrameReader } from '../runtime/serve/tcp/frame-reader.ts';
import { FrameWriter } from '../runtime/serve/tcp/frame-writer.ts';
import { serving } from '../generated/serving.ts';
import { ANSWER, HELLO, MAGIC, MAX_ANSWER, READ, VERSION, WELCOME } from '../runtime/serve/tcp/protocol.ts';
import { heading } from './measure.ts';

const USERS = 20_000;
const SECONDS = 3;
const OFFERED = 50_000;
/** Latency is measured in so many short rounds, service and echo in turn. */
const ROUNDS = 8;
const ROUND_SECONDS = 0.75;
const place = serving.served.findIndex(({ name }) => name === 'user_behavior');

interface Server {
  readonly port: number;
  /** Records a second, alone. */
  readonly full: number;
  /** Takes in so many records a second, from now on. */
  ingest(rate: number): void;
  /** CPU seconds and records since `reset`. */
  spent(): Promise<{ readonly cpu: number; readonly taken: number }>;
  reset(): void;
  stop(): void;
}

async function start(kind: 'service' | 'echo'): Promise<Server> {
  const child = fork(new URL('serve-tcp-server.ts', import.meta.url), [kind], {
    execArgv: ['--conditions=source', '--import', 'tsx'],
  });
  const { port, full } = await heard<{ port: number; full: number }>(child);
  return {
    port,
    full,
    ingest: rate => child.send({ ingest: rate }),
    reset: () => child.send({ reset: true }),
    spent() {
      child.send({ ask: true });
      return heard(child);
    },
    stop: () => child.kill(),
  };
}

function heard<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the server ended with ${code}`));
    child.once('exit', ended);
    child.once('message', message => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

/** Callers that each have one read of one key under way, by the typed client's transport. */
async function callers(port: number, count: number): Promise<number> {
  const client = tcp({ port, timeout: 10_000 });
  let reads = 0;
  const until = performance.now() + SECONDS * 1000;
  const call = async (seed: number): Promise<void> => {
    for (let user = seed; performance.now() < until; user = (user * 7919 + 1) % USERS) {
      await client.read({ kind: 'group', name: 'user_behavior', keys: [{ user_id: user + 1 }] });
      reads += 1;
    }
  };
  await Promise.all(Array.from({ length: count }, (_, i) => call(i)));
  await client.close();
  return reads;
}

/** A connection of single-key frames: no batching, nothing decoded but the head. */
class Raw {
  readonly #socket: Socket;
  readonly #writer = new FrameWriter();
  readonly #reader = new FrameReader(MAX_ANSWER);
  #request = 0;

  constructor(
    port: number,
    readonly answered: (request: number) => void,
  ) {
    this.#socket = connect({ host: '127.0.0.1', port });
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#reader.push(chunk);
      while (this.#reader.next()) {
        if (this.#reader.kind === ANSWER) this.answered(this.#reader.request);
        else if (this.#reader.kind === WELCOME) this.answered(0);
      }
    });
  }

  hello(): void {
    const start = this.#writer.begin(0, HELLO);
    this.#writer.uint32(MAGIC);
    this.#writer.uint16(VERSION);
    this.#writer.text('');
    this.#writer.end(start);
    this.flush();
  }

  send(user: number): number {
    const start = this.#writer.begin((this.#request += 1), READ);
    this.#writer.uint16(place);
    this.#writer.byte(0);
    this.#writer.uint32(1);
    this.#writer.byte(0);
    this.#writer.double(user);
    this.#writer.end(start);
    return this.#request;
  }

  flush(): void {
    if (this.#writer.length === 0) return;
    this.#socket.write(this.#writer.written());
    if (this.#socket.writableLength === 0) this.#writer.clear();
    else this.#writer.renew();
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Single-key frames, `count` under way; an echo has no welcome to wait for. */
async function frames({ port }: Server, kind: 'service' | 'echo', count: number): Promise<number> {
  let reads = 0;
  let sent = false;
  const until = performance.now() + SECONDS * 1000;
  return new Promise(resolve => {
    const flush = (): void => {
      sent = false;
      raw.flush();
    };
    const begin = (): void => {
      for (let i = 0; i < count; i += 1) raw.send(1 + (i % USERS));
      raw.flush();
    };
    const raw: Raw = new Raw(port, request => {
      if (request === 0) return begin();
      reads += 1;
      raw.send(1 + ((reads * 7919) % USERS));
      if (sent) return;
      sent = true;
      if (performance.now() < until) process.nextTick(flush);
      else {
        raw.close();
        resolve(reads);
      }
    });
    if (kind === 'service') raw.hello();
    else begin();
  });
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** Reads come at their times whether the ones before are answered or not; the wait counts from the time due. */
async function latency(server: Server, kind: 'service' | 'echo'): Promise<Latency> {
  const total = OFFERED * ROUND_SECONDS;
  const dueAt = new Float64Array(total + 1);
  const waits: number[] = [];
  return new Promise(resolve => {
    const begin = (): void => {
      const from = performance.now();
      const every = 1000 / OFFERED;
      let sent = 0;
      const send = (): void => {
        const now = performance.now();
        while (sent < total && from + sent * every <= now) {
          dueAt[raw.send(1 + ((sent * 7919) % USERS))] = from + sent * every;
          sent += 1;
        }
        raw.flush();
        if (sent < total) setImmediate(send);
      };
      send();
    };
    const raw: Raw = new Raw(server.port, request => {
      if (request === 0) return begin();
      // The first third warms up.
      if (request > total / 3) waits.push(performance.now() - dueAt[request]!);
      if (request !== total) return;
      raw.close();
      waits.sort((a, b) => a - b);
      resolve({ p50: waits[waits.length >> 1]!, p99: waits[Math.floor(waits.length * 0.99)]! });
    });
    if (kind === 'service') raw.hello();
    else setTimeout(begin, 50);
  });
}

async function throughput(service: Server, echo: Server): Promise<void> {
  heading(
    'Reads of one key of user_behavior (8 features) at a time',
    'By CPU: of the server alone; its share of the wall shows how much of the one core it had.',
  );
  const line = async (name: string, server: Server, run: () => Promise<number>): Promise<void> => {
    server.reset();
    const reads = await run();
    const { cpu } = await server.spent();
    const rate = (per: number): string => `${(reads / per / 1000).toFixed(0)} k/s`.padStart(9);
    console.log(`  ${name.padEnd(46)}${rate(SECONDS)} wall ${rate(cpu)} CPU of the server`);
  };
  for (const count of [64, 256])
    await line(`typed client, ${count} callers`, service, () => callers(service.port, count));
  for (const count of [64, 256])
    await line(`a frame each, ${count} under way`, service, () => frames(service, 'service', count));
  await line('a frame each, 256 under way, bare echo', echo, () => frames(echo, 'echo', 256));
}

async function latencies(service: Server, echo: Server): Promise<void> {
  heading(
    `Latency at ${OFFERED / 1000} k reads/s offered, one frame each, by the time each was due`,
    'Ratios to a bare echo over the same framing under the same load. Target: p50 ≤ 1.5 ×, p99 ≤ 2 ×.',
  );
  // Both take in the same.
  const half = Math.min(service.full, echo.full) / 2;
  for (const ingesting of [false, true]) {
    let taken = 0;
    const run = async (server: Server, kind: 'service' | 'echo'): Promise<Latency> => {
      server.ingest(ingesting ? half : 0);
      server.reset();
      const measured = await latency(server, kind);
      if (kind === 'service') taken += (await server.spent()).taken;
      server.ingest(0);
      return measured;
    };
    const ours: Latency[] = [];
    const bare: Latency[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await run(echo, 'echo'));
      ours.push(await run(service, 'service'));
    }
    const load = ingesting
      ? `taking in ${(taken / ROUNDS / ROUND_SECONDS / 1000).toFixed(0)} k records/s`
      : 'idle';
    const us = (value: number): string => `${(value * 1000).toFixed(0)} µs`.padStart(8);
    for (const quantile of ['p50', 'p99'] as const) {
      // On a shared machine the quietest round tells most.
      const [service, echo] = [ours, bare].map(rounds => Math.min(...rounds.map(each => each[quantile])));
      console.log(
        `  ${load.padEnd(32)}${quantile} ${us(service!)}, echo ${us(echo!)}   ${(service! / echo!).toFixed(2)} ×`,
      );
    }
  }
}

const service = await start('service');
const echo = await start('echo');
try {
  console.log(`${USERS} users; the server takes ${(service.full / 1000).toFixed(0)} k records/s in alone`);
  await throughput(service, echo);
  await latencies(service, echo);
} finally {
  service.stop();
  echo.stop();
}
