// A PostgreSQL server of a test's own that can be stopped and started again, over the same files.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { copyPostgresBinaries } from '../../../runtime/postgres/binaries.ts';
import type { PostgresConnection } from '../../../runtime/postgres/pool.ts';
import { until } from './archivers.ts';

const unprivileged = 65534;

/** Ends the server at our word, or when this process ends, however that ends: then the pipe of our words breaks. */
const wardenScript = `
  "$@" </dev/null >/dev/null 2>&1 &
  server=$!
  read -r signal || signal=QUIT
  kill -"$signal" "$server"
  wait "$server"
`;

export interface RestartablePostgres {
  readonly connection: PostgresConnection;
  /** `INT`: sessions are ended. `QUIT`: as after a crash of the server. */
  stop(signal: 'INT' | 'QUIT'): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

export async function restartablePostgres(): Promise<RestartablePostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'skewless-restart-'));
  const [binaries, data] = [join(folder, 'postgres'), join(folder, 'data')];
  await copyPostgresBinaries(binaries);
  const identity = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {};
  if (identity.uid !== undefined) await giveFolders(folder, identity.uid);
  const run = { cwd: folder, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' }, ...identity };
  await promisify(execFile)(
    join(binaries, 'bin', 'initdb'),
    [
      '--pgdata',
      data,
      '--username',
      'postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ],
    run,
  );
  const connection: PostgresConnection = { host: folder, port: 5432, user: 'postgres', database: 'postgres' };
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'port=5432'];
  let server: ChildProcess | null = null;
  const restartable: RestartablePostgres = {
    connection,
    async start() {
      server = spawn(
        '/bin/sh',
        [
          ...['-c', wardenScript, 'sh', join(binaries, 'bin', 'postgres'), '-D', data],
          ...settings.flatMap(setting => ['-c', setting]),
        ],
        { ...run, stdio: ['pipe', 'ignore', 'ignore'] },
      );
      await until('the server is ready', () => answers(connection));
    },
    async stop(signal) {
      const stopping = server!;
      server = null;
      const ended = once(stopping, 'exit');
      stopping.stdin!.end(`${signal}\n`);
      await ended;
    },
    async remove() {
      if (server !== null) await restartable.stop('QUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await restartable.start();
  return restartable;
}

async function answers(connection: PostgresConnection): Promise<boolean> {
  const client = new pg.Client({ ...connection });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function giveFolders(root: string, uid: number): Promise<void> {
  await chown(root, uid, uid);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chown(join(entry.parentPath, entry.name), uid, uid);
  }
}
