import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { startEmbeddedPostgres } from '../../runtime/postgres/embedded.ts';
import type { PostgresServer } from '../../runtime/postgres/embedded.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import type { PostgresConnection } from '../../runtime/postgres/pool.ts';

/** One server for all the test files that a vitest worker runs; it ends with the worker. */
let server: Promise<PostgresServer> | undefined;

export interface TestDatabase {
  readonly connection: PostgresConnection;
  readonly pool: pg.Pool;
  /** Ends the pool. The database goes when the server does. */
  end(): Promise<void>;
}

/** A fresh, empty database. Call it in `beforeAll`, and `end()` in `afterAll`. */
export async function testDatabase(): Promise<TestDatabase> {
  server ??= startEmbeddedPostgres();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const connection = await (await server).createDatabase(name);
  const pool = createPool(connection);
  return { connection, pool, end: () => pool.end() };
}

/** Leaves statistics to the test: a server that is not ours may make them by itself, of tables that were just filled. */
export async function withoutAutovacuum(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = 'history'::regnamespace`,
  );
  for (const { name } of rows) await pool.query(`alter table ${name} set (autovacuum_enabled = false)`);
}

/** As a configuration or a command names the server: a socket's folder, a port and a password go with it. */
export function urlOf({ host, port, user, database, password, ssl }: PostgresConnection): string {
  const login = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':');
  const tls = ssl === true ? '&sslmode=require' : '';
  return `postgres://${login}@localhost:${port}/${database}?host=${encodeURIComponent(host)}${tls}`;
}
