import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createContainer, dockerRuns } from './docker.ts';
import { heldFolder, startHeld } from './held-process.ts';
import type { HeldProcess } from './held-process.ts';
import { MissingPart } from './missing.ts';
import { freePort } from './ports.ts';
import { untilReady } from './until-ready.ts';

/** A Redis as tests have it. */
export interface TestRedis {
  readonly url: string;
  /** After `stop` or `kill`: on the same port, and empty. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Ends a server that was started here. */
  close(): Promise<void>;
}

/** As compose.yaml has it. */
const image = 'redis:7.4-alpine';
const remedies = [
  'apt-get install redis-server    (macOS: brew install redis)',
  'start Docker',
  'REDIS_URL=redis://host:port npm run test:live    (a server of your own, for what does not stop it)',
];

/** What the server is told: nothing is kept on disk. */
const settings = ['--save', '', '--appendonly', 'no'];

/**
 * A Redis: REDIS_URL where it is set and need not be `own`, else one that is started here, by Docker or by a
 * `redis-server` on the PATH. One of REDIS_URL may hold what others put there: use names of your own.
 * @throws MissingPart with the commands that bring it
 */
export async function startRedis({ own = false } = {}): Promise<TestRedis> {
  const existing = process.env['REDIS_URL'];
  if (!own && existing !== undefined && existing !== '') return useRedis(existing);
  return dockerRuns() ? startRedisDocker() : startRedisProgram();
}

/** How {@link startRedis} would come by one; for the report of what was found. */
export function redisKind(): 'existing' | 'docker' | 'redis-server' | 'missing' {
  if (process.env['REDIS_URL']) return 'existing';
  if (dockerRuns()) return 'docker';
  return findsProgram() ? 'redis-server' : 'missing';
}

function findsProgram(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

async function useRedis(url: string): Promise<TestRedis> {
  await ping(url);
  const refuse = (): Promise<void> =>
    Promise.reject(new Error('REDIS_URL is not ours to stop: startRedis({ own: true }) gives one to stop'));
  return { url, start: refuse, stop: refuse, kill: refuse, close: async () => undefined };
}

async function startRedisProgram(): Promise<TestRedis> {
  if (!findsProgram()) throw new MissingPart('Redis', 'there is no `redis-server` and no Docker', remedies);
  const folder = heldFolder('redis');
  const log = join(folder.path, 'redis.log');
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, ...settings];
  let program: HeldProcess | undefined;
  const redis: TestRedis = {
    url,
    async start() {
      if (program !== undefined && !program.hasEnded()) return;
      const started = startHeld('redis-server', args, { log });
      program = started;
      await untilReady({
        name: 'Redis',
        attempt: () => ping(url),
        hasEnded: () => started.hasEnded(),
        log: () => readFile(log, 'utf8'),
      });
    },
    stop: async () => program?.stop(),
    kill: async () => program?.kill(),
    async close() {
      await program?.kill();
      await folder.remove();
    },
  };
  return started(redis);
}

async function startRedisDocker(): Promise<TestRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const publish = ['--publish', `127.0.0.1:${port}:6379`];
  const container = await createContainer(image, publish, ['redis-server', ...settings]);
  return started({
    url,
    async start() {
      await container.start();
      await untilReady({
        name: 'Redis',
        attempt: () => ping(url),
        hasEnded: () => false,
        log: () => container.logs(),
      });
    },
    stop: () => container.stop(),
    kill: () => container.kill(),
    close: () => container.remove(),
  });
}

/** A server that does not start leaves nothing behind. */
async function started(redis: TestRedis): Promise<TestRedis> {
  try {
    await redis.start();
    return redis;
  } catch (error) {
    await redis.close();
    throw error;
  }
}

async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
