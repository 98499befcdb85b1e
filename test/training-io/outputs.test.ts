import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOutput, OutputError } from '../../runtime/training/io/index.ts';
import { FileOutput } from '../../runtime/training/io/file-output.ts';
import { openPartialFile } from '../../runtime/training/io/partial-file.ts';
import { ndjsonFormat } from '../../runtime/training/io/ndjson-output.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { edgeColumns, edgeRows } from './edge-values.ts';
import { batchOf, column, expecting, readSpine, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.end());

const nullable = new Map(edgeColumns.map(each => [each.name, { ...each, nullable: true }]));
const scalars = edgeColumns.filter(({ type }) => !type.list);

test('CSV: quotes, JSON for lists, an empty cell for null and "" for the empty text', async () => {
  const path = `${folder.path}/small.csv`;
  const columns = [
    column('a,b', 'text'),
    column('xs', 'text', true),
    column('at', 'timestamp'),
    column('big', 'bigint'),
  ];
  const output = await openOutput(path, columns, { id: 'one' });
  await output.write(
    batchOf([
      ['', ['a"', 'b'], -1, 2n ** 63n - 1n],
      [null, [], null, null],
      ['a "q"\nb', null, 0, 0n],
    ]),
  );
  await output.finish({});
  expect(readFileSync(path, 'utf8')).toBe(
    '"a,b",xs,at,big\r\n' +
      '"","[""a\\"""",""b""]",1969-12-31T23:59:59.999999Z,9223372036854775807\r\n' +
      ',[],,\r\n' +
      '"a ""q""\nb",,1970-01-01T00:00:00.000000Z,0\r\n',
  );
});

test('NDJSON: the forms of semantics §5', async () => {
  const path = `${folder.path}/small.ndjson`;
  const columns = [
    column('big', 'bigint'),
    column('at', 'timestamp'),
    column('bigs', 'bigint', true),
    column('x', 'double'),
  ];
  const output = await openOutput(path, columns, { id: 'one' });
  await output.write(
    batchOf([
      [2n ** 53n + 1n, 1, [1n], 0.1],
      [null, null, [], null],
    ]),
  );
  await output.finish({});
  expect(readFileSync(path, 'utf8')).toBe(
    '{"big":"9007199254740993","at":"1970-01-01T00:00:00.000001Z","bigs":["1"],"x":0.1}\n' +
      '{"big":null,"at":null,"bigs":[],"x":null}\n',
  );
});

test.each(['csv', 'ndjson'])('%s is read again as a spine, the same', async ending => {
  const path = `${folder.path}/again.${ending}`;
  const output = await openOutput(path, scalars, { id: 'one' });
  const rows = edgeRows.map(row => row.slice(0, scalars.length));
  await output.write(batchOf(rows));
  await output.finish({});
  const read = await readSpine(path, {
    expected: expecting(...scalars.map(each => ({ ...each, nullable: true }))),
  });
  expect(read.problems).toEqual([]);
  expect(read.rows).toEqual(rows);
});

test('until it is finished nothing stands under the final name, and what stood there stays', async () => {
  const path = folder.write('kept.csv', 'old');
  const output = await openOutput(path, [column('n', 'int')], { id: 'one' });
  await output.write(batchOf([[1]]));
  expect(readFileSync(path, 'utf8')).toBe('old');
  await output.abandon();
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(folder.names().filter(name => name.startsWith('kept'))).toEqual(['kept.csv']);
});

test('abandoned after it was finished, it stays', async () => {
  const path = `${folder.path}/finished.parquet`;
  const output = await openOutput(path, [column('n', 'int')], { id: 'one' });
  await output.finish({});
  await output.abandon();
  expect(existsSync(path)).toBe(true);
});

test('a full disk is said, and leaves nothing under the final name', async () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const path = `${folder.path}/full.ndjson`;
  let written = 0;
  const file = await openPartialFile(path, 'one', async partial => {
    const real = await open(partial, 'w');
    return {
      // Half of the bytes fit.
      write: async (bytes, at) => {
        if (written > 0) throw full;
        written = Math.floor(bytes.length / 2);
        return await real.write(bytes, at, written);
      },
      sync: () => real.sync(),
      close: () => real.close(),
    };
  });
  const output = new FileOutput(file, ndjsonFormat([column('n', 'int')]));
  await output.write(batchOf([[1], [2]]));
  await expect(output.finish()).rejects.toThrow('full.ndjson cannot be written: the disk is full (ENOSPC)');
  expect(folder.names().filter(name => name.startsWith('full'))).toEqual(['full.ndjson.partial-one']);
  await output.abandon();
  expect(folder.names().filter(name => name.startsWith('full'))).toEqual([]);
});

test.each([
  ['nowhere/out.csv', /its folder does not exist/],
  ['out.xlsx', /cannot be told from its name: name it \.parquet, \.csv or \.ndjson/],
])('%s cannot be written', async (name, message) => {
  const opened = openOutput(`${folder.path}/${name}`, [column('n', 'int')], { id: 'one' });
  await expect(opened).rejects.toThrow(OutputError);
  await expect(opened).rejects.toThrow(message);
});

test('a table: typed columns, every value, the metadata as its comment; replaced at once', async () => {
  const { pool } = database;
  await pool.query('create table out_set (old integer)');
  const output = await openOutput('table:public.out_set', edgeColumns, { id: 'run-1', pool });
  await output.write(batchOf(edgeRows.slice(0, 5)));
  expect((await pool.query('select * from out_set')).fields.map(({ name }) => name)).toEqual(['old']);
  await output.write(batchOf(edgeRows.slice(5)));
  await output.finish({ vector: `it's` });
  const { rows } = await pool.query<{ type: string }>(
    `select format_type(atttypid, null) as type from pg_attribute where attrelid = 'out_set'::regclass and attnum > 0 order by attnum`,
  );
  expect(rows.map(({ type }) => type)).toEqual([
    ...['bigint', 'bigint', 'double precision', 'double precision', 'boolean', 'text', 'text', 'uuid'],
    ...[
      'timestamp with time zone',
      'bigint[]',
      'double precision[]',
      'text[]',
      'timestamp with time zone[]',
      'boolean[]',
    ],
  ]);
  const comment = await pool.query<{ c: string }>(`select obj_description('out_set'::regclass) as c`);
  expect(JSON.parse(comment.rows[0]!.c)).toEqual({ vector: `it's` });
  const read = await readSpine('table:public.out_set', { expected: nullable, pool });
  expect(read.problems).toEqual([]);
  expect(read.rows).toEqual(edgeRows);
});

test('a table: abandoned, it keeps what it had; appended to, it keeps its rows', async () => {
  const { pool } = database;
  await pool.query('create table more (n bigint, t text)');
  await pool.query(`insert into more values (1, 'a')`);
  const columns = [column('n', 'int'), column('t', 'text')];
  for (const append of [false, true]) {
    const output = await openOutput('table:more', columns, { id: 'run', pool, append });
    await output.write(batchOf([[2, 'b']]));
    await output.abandon();
  }
  const output = await openOutput('table:more', columns, { id: 'run', pool, append: true });
  await output.write(batchOf([[3, 'c']]));
  await output.finish({});
  expect((await pool.query('select n, t from more order by n')).rows).toEqual([
    { n: '1', t: 'a' },
    { n: '3', t: 'c' },
  ]);
});

test('a table that could not be replaced at the end is refused at the beginning', async () => {
  const { pool } = database;
  await pool.query(`create table of_view (a integer primary key); create view "its view" as select * from of_view;
    create table child (a integer references of_view);
    create sequence counter; create table parts (a integer) partition by range (a)`);
  const refusals: readonly (readonly [string, string])[] = [
    ['"its view"', 'its view is a view, and only a table is replaced'],
    ['counter', 'counter is a sequence'],
    ['parts', 'parts is a partitioned table'],
    ['of_view', 'table of_view cannot be replaced, for "its view", child would lose it: drop that first'],
    ['x'.repeat(64), 'too long for the name of a table'],
    ['é'.repeat(32), 'too long for the name of a table'],
    ['pg_temp.gone', "a schema of PostgreSQL's own"],
    ['information_schema.lost', "a schema of PostgreSQL's own"],
  ];
  for (const [name, message] of refusals) {
    const opened = openOutput(`table:${name}`, [column('a', 'int')], { id: 'refused', pool });
    await expect(opened, name).rejects.toThrow(message);
  }
});

test('a table to append to must have the columns, of the types', async () => {
  const { pool } = database;
  await pool.query('create table other (amount integer)');
  const opened = openOutput('table:other', [column('amount', 'int'), column('amuont', 'int')], {
    id: 'r',
    pool,
    append: true,
  });
  await expect(opened).rejects.toThrow(
    /'amount' of table other is integer, not bigint\n.*no column 'amuont': did you mean 'amount'/,
  );
});
