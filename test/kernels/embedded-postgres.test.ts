import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../runtime/postgres/embedded.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { PATIENCE } from '../support/patient.ts';
import { testDatabase } from '../support/postgres.ts';

test('a pool speaks UTC and loses no digit', async () => {
  const { pool, end } = await testDatabase();
  await pool.query(`alter role postgres set timezone = 'America/New_York'`);
  await pool.query('alter role postgres set extra_float_digits = -5');
  const again = await testDatabase();
  const { rows } = await again.pool.query(
    `select current_setting('timezone') as zone, (0.1::float8 + 0.2::float8)::text as sum, 9007199254740993::int8 as big`,
  );
  await pool.query('alter role postgres reset all');
  expect(rows).toEqual([{ zone: 'UTC', sum: '0.30000000000000004', big: '9007199254740993' }]);
  await again.end();
  await end();
});

test('databases are apart, in UTF-8, sorted by code point', async () => {
  const [first, second] = [await testDatabase(), await testDatabase()];
  await first.pool.query('create table only_here ()');
  await expect(second.pool.query('select * from only_here')).rejects.toThrow(/does not exist/);
  const { rows } = await first.pool.query(
    `select current_setting('server_encoding') as encoding, 'Z' < 'a' as by_code_point`,
  );
  expect(rows).toEqual([{ encoding: 'UTF8', by_code_point: true }]);
  await first.end();
  await second.end();
});

describe('an existing server', () => {
  test('lends databases, and loses only those at the end', async () => {
    const own = await testDatabase();
    const { host, port } = own.connection;
    const existing = `postgres://postgres@localhost:${port}/postgres?host=${encodeURIComponent(host)}`;
    const server = await startEmbeddedPostgres({ existingServer: existing });
    const connection = await server.createDatabase('lent to "us"');
    const pool = createPool(connection);
    expect((await pool.query('select current_database() as name')).rows).toEqual([{ name: 'lent to "us"' }]);
    await server.stop();
    await pool.end();
    const { rows } = await own.pool.query('select datname from pg_database where datname = any($1)', [
      ['lent to "us"', own.connection.database],
    ]);
    expect(rows).toEqual([{ datname: own.connection.database }]);
    await own.end();
  });

  test('is named by a postgres URL', () => {
    expect(parsePostgresUrl('postgres://me:p%40ss@db.example:6000/shop?sslmode=require')).toEqual({
      host: 'db.example',
      port: 6000,
      user: 'me',
      password: 'p@ss',
      database: 'shop',
      ssl: true,
    });
    expect(() => parsePostgresUrl('mysql://me:secret@db/shop')).toThrow(/must look like postgres:/);
    expect(() => parsePostgresUrl('mysql://me:secret@db/shop')).not.toThrow(/secret/);
  });
});

test(
  'a private server leaves nothing behind',
  { skip: Boolean(process.env['SKEWLESS_POSTGRES_URL']) },
  async () => {
    const server = await startEmbeddedPostgres();
    const folder = server.connection.host;
    expect(existsSync(folder)).toBe(true);
    await server.stop();
    expect(existsSync(folder)).toBe(false);
  },
);

test(
  'a worker that is terminated takes its server along',
  { skip: Boolean(process.env['SKEWLESS_POSTGRES_URL']) },
  async () => {
    const embedded = new URL('../../runtime/postgres/embedded.ts', import.meta.url).href;
    const worker = new Worker(
      `import('tsx/esm/api').then(tsx => tsx.tsImport(${JSON.stringify(embedded)}, ${JSON.stringify(import.meta.url)}))
      .then(({ startEmbeddedPostgres }) => startEmbeddedPostgres())
      .then(server => require('node:worker_threads').parentPort.postMessage(server.connection.host));
     setInterval(() => {}, 1000);`,
      { eval: true },
    );
    const folder = await new Promise<string>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(existsSync(folder)).toBe(true);
    await worker.terminate();
    await expect.poll(() => existsSync(folder), { timeout: PATIENCE }).toBe(false);
  },
);
