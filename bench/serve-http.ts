// What HTTP costs: the service beside a bare Fastify that answers with as many bytes, each in a process of its own,
// under the same load, in turns.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { Pool } from 'undici';
import { heading } from './measure.ts';

const ROUNDS = 3;
const SECONDS = 3;
const CONNECTIONS = 64;
const KEYS = 100;
const PACED = { reads: 50_000, keys: 50, seconds: 4 };
const PATH = '/v1/groups/cardholder_activity';

type Name = 'features' | 'bare';

class Server {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(name: Name): Promise<Server> {
    const child = fork(fileURLToPath(new URL('./serve-http-server.ts', import.meta.url)), [name]);
    const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
    return new Server(child, url);
  }

  /** Seconds of all its threads so far. */
  async cpu(): Promise<number> {
    this.child.send('cpu');
    const [{ cpu }] = (await once(this.child, 'message')) as [{ readonly cpu: number }];
    return cpu;
  }
}

interface Throughput {
  /** Requests a second. */
  readonly wall: number;
  /** Requests a second of the server's own CPU time: what one core alone would do. */
  readonly cpu: number;
}

async function throughput(server: Server, path: string, body: string): Promise<Throughput> {
  const before = await server.cpu();
  const headers = { 'content-type': 'application/json' };
  const result = await autocannon({
    url: server.url + path,
    method: 'POST',
    headers,
    body,
    connections: CONNECTIONS,
    duration: SECONDS,
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx + result.errors} requests failed`);
  const count = result.requests.total;
  return { wall: count / result.duration, cpu: count / ((await server.cpu()) - before) };
}

/** Latency in µs under a rate that does not wait for answers, from the instant a request was due. */
async function latency(
  server: Server,
  path: string,
  body: string,
): Promise<{ readonly p50: number; readonly p99: number }> {
  const pool = new Pool(server.url, { connections: CONNECTIONS });
  const every = 1000 / (PACED.reads / PACED.keys);
  const taken: number[] = [];
  const under: Promise<void>[] = [];
  const start = performance.now() + 10;
  const count = Math.floor((PACED.seconds * 1000) / every);
  const ask = async (due: number): Promise<void> => {
    const { body: answer } = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await answer.dump();
    taken.push((performance.now() - due) * 1000);
  };
  for (let sent = 0; sent < count; sent += 1) {
    const due = start + sent * every;
    while (performance.now() < due)
      await (due - performance.now() > 2 ? delay(1) : new Promise(setImmediate));
    under.push(ask(due));
  }
  await Promise.all(under);
  await pool.close();
  const sorted = taken.slice(count >> 2).sort((a, b) => a - b);
  const at = (p: number): number => sorted[Math.floor(sorted.length * p)]!;
  return { p50: at(0.5), p99: at(0.99) };
}

const keysOf = (count: number): string =>
  JSON.stringify(
    count === 1
      ? { key: { user_id: 4711 } }
      : { keys: Array.from({ length: count }, (_, i) => ({ user_id: (i * 131) % 20_000 })) },
  );

async function inTurns<T>(
  servers: Readonly<Record<Name, Server>>,
  measure: (server: Server) => Promise<T>,
): Promise<Readonly<Record<Name, readonly T[]>>> {
  const results: Record<Name, T[]> = { features: [], bare: [] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of ['features', 'bare'] as const) results[name].push(await measure(servers[name]));
  return results;
}

const thousands = (rate: number): string => `${(rate / 1000).toFixed(1)} k/s`.padStart(11);
const best = (runs: readonly Throughput[], by: keyof Throughput): number =>
  Math.max(...runs.map(run => run[by]));
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

const servers = { features: await Server.start('features'), bare: await Server.start('bare') };

/** The address, with how many bytes the service answers, for the other to do the same. */
async function pathFor(body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(servers.features.url + PATH, { method: 'POST', headers, body });
  return `${PATH}?bytes=${(await answer.arrayBuffer()).byteLength}`;
}

heading(
  'HTTP',
  `${CONNECTIONS} connections; best of ${ROUNDS} runs of ${SECONDS} s; CPU: by the server's own CPU time, one core's worth.`,
  'bare: a Fastify that parses the same body and sends as many bytes, made beforehand.',
);
for (const [title, keys, target] of [
  ['one key, requests', 1, '20 k/s'],
  [`${KEYS} keys, keys`, KEYS, '500 k/s'],
] as const) {
  const body = keysOf(keys);
  const path = await pathFor(body);
  const runs = await inTurns(servers, server => throughput(server, path, body));
  const [wall, cpu, bare] = [best(runs.features, 'wall'), best(runs.features, 'cpu'), best(runs.bare, 'cpu')];
  console.log(
    `  ${title.padEnd(24)}${thousands(wall * keys)} wall ${thousands(cpu * keys)} CPU   ` +
      `${(cpu / bare).toFixed(2)} × bare (${thousands(bare * keys).trim()})   target ${target}`,
  );
}

heading(
  `Latency at ${PACED.reads / 1000} k reads/s offered, ${PACED.keys} keys a request`,
  `µs from the instant a request was due; median of ${ROUNDS} runs.`,
);
const body = keysOf(PACED.keys);
const path = await pathFor(body);
const paced = await inTurns(servers, server => latency(server, path, body));
for (const p of ['p50', 'p99'] as const) {
  const [ours, bare] = [median(paced.features.map(run => run[p])), median(paced.bare.map(run => run[p]))];
  console.log(
    `  ${p}   ${ours.toFixed(0).padStart(7)} µs   ${(ours / bare).toFixed(2)} × bare (${bare.toFixed(0)} µs)`,
  );
}
for (const { child } of Object.values(servers)) child.kill();
