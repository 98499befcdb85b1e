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

/** As a configuration or a command names the server: a socket's folder, a port and a password go with it. */
export function urlOf({ host, port, user, database, password, ssl }: PostgresConnection): string {
  const login = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':');
  const tls = ssl === true ? '&sslmode=require' : '';
  return `postgres://${login}@localhost:${port}/${database}?host=${encodeURIComponent(host)}${tls}`;
}
