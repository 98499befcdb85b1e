// Control path.
import { createDatabaseIn, dropDatabaseIn } from './databases.ts';
import type { PostgresServer } from './embedded.ts';
import type { PostgresConnection } from './pool.ts';

/**
 * A server that is there already, by its postgres:// URL, behind the same interface as a private one: databases
 * are made on it, and `stop()` drops those and nothing else.
 */
export function useExistingServer(url: string): PostgresServer {
  const connection = parsePostgresUrl(url);
  const made: string[] = [];
  return {
    connection,
    async createDatabase(name) {
      const database = await createDatabaseIn(connection, name);
      made.push(name);
      return database;
    },
    async stop() {
      for (const name of made.splice(0)) await dropDatabaseIn(connection, name);
    },
  };
}

/**
 * Reads `postgres://user:password@host:port/database?sslmode=require`; a socket folder is given as
 * `?host=/folder`. What is absent is `postgres`, 5432, `postgres`.
 *
 * @throws TypeError when it is no postgres URL; the text is not repeated, for it may hold a password.
 */
export function parsePostgresUrl(url: string): PostgresConnection {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new TypeError('SKEWLESS_POSTGRES_URL must look like postgres://user:password@host:port/database');
  }
  const sslMode = parsed.searchParams.get('sslmode');
  return {
    host: parsed.searchParams.get('host') ?? (decodeURIComponent(parsed.hostname) || 'localhost'),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    user: decodeURIComponent(parsed.username) || 'postgres',
    database: decodeURIComponent(parsed.pathname.slice(1)) || 'postgres',
    ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
    ...(sslMode === null || sslMode === 'disable' ? {} : { ssl: true }),
  };
}
