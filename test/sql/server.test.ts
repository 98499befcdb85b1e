import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkServer, installSchemaOn } from '../../runtime/history/install.ts';
import type { SqlProgram } from '../../runtime/history/index.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

const program: SqlProgram = { schema: ['create schema "history"'], sources: [], groups: [], vectors: [] };

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.end());

it('a server that is too old is told of', async () => {
  const { rows } = await database.pool.query<{ server_version: string }>('show server_version');
  const version = rows[0]!.server_version.split(' ')[0]!;
  await expect(database.pool.query(checkServer(99))).rejects.toMatchObject({
    code: 'SK001',
    message: `the server is PostgreSQL ${version}: skewless needs 99 or later`,
  });
  await database.pool.query(checkServer(Number.parseInt(version, 10)));
});

it.each(['SQL_ASCII', 'LATIN1'])('and so is a database in %s', async encoding => {
  const name = `${database.connection.database}_${encoding.toLowerCase()}`;
  await database.pool.query(`create database ${name} template template0 encoding '${encoding}' locale 'C'`);
  const client = new pg.Client({ ...database.connection, database: name });
  try {
    await client.connect();
    await expect(installSchemaOn(client, program)).rejects.toMatchObject({
      code: 'SK001',
      message: `the database ${name} is of encoding ${encoding}: skewless needs UTF8`,
      hint: expect.stringContaining(`template template0 encoding 'UTF8'`) as string,
    });
    expect((await client.query(`select from pg_namespace where nspname = 'history'`)).rowCount).toBe(0);
  } finally {
    await client.end();
    await database.pool.query(`drop database ${name}`);
  }
});

it('before anything else is asked of it', async () => {
  const asked: string[] = [];
  const client = { query: (text: string) => Promise.resolve(asked.push(text)) };
  await installSchemaOn(client as unknown as pg.ClientBase, program);
  expect(asked[0]).toBe(checkServer(14));
});
