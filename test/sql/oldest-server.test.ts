import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installSchemaOn, refuseOlder } from '../../runtime/history/install.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.end());

it('a server that is too old is told of in words', async () => {
  const { rows } = await database.pool.query<{ server_version: string }>('show server_version');
  const version = rows[0]!.server_version.split(' ')[0]!;
  await expect(database.pool.query(refuseOlder(99))).rejects.toMatchObject({
    code: 'SK001',
    message: `the server is PostgreSQL ${version}: skewless needs 99 or later`,
  });
  await database.pool.query(refuseOlder(parseInt(version, 10)));
});

it('and before anything is asked of it', async () => {
  const asked: string[] = [];
  const client = { query: (text: string) => Promise.resolve(asked.push(text)) };
  const program = { schema: ['create schema "history"'], sources: [], groups: [], vectors: [] };
  await installSchemaOn(client as unknown as pg.ClientBase, program);
  expect(asked[0]).toBe(refuseOlder(14));
});
