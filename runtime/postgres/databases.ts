// Control path.
import pg from 'pg';
import type { PostgresConnection } from './pool.ts';

/** Makes an empty UTF-8 database whose default collation is `C`, on any server that lets `user` do so. */
export async function createDatabaseIn(
  server: PostgresConnection,
  name: string,
): Promise<PostgresConnection> {
  await runOn(
    server,
    `create database ${pg.escapeIdentifier(name)} template template0 encoding 'UTF8' locale 'C'`,
  );
  return { ...server, database: name };
}

/** Drops a database, if it is there, with the sessions that still use it. */
export async function dropDatabaseIn(server: PostgresConnection, name: string): Promise<void> {
  await runOn(server, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
}

async function runOn({ ssl, ...server }: PostgresConnection, statement: string): Promise<void> {
  const client = new pg.Client({
    ...server,
    ...(ssl === true ? { ssl: { rejectUnauthorized: false } } : {}),
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
