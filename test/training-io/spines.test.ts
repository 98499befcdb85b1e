import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LONGEST_LINE } from '../../runtime/sources/files/lines.ts';
import { openSpine, SpineError } from '../../runtime/training/io/index.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { column, expecting, readSpine, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.end());

const expected = expecting(column('user_id', 'int'), column('t', 'timestamp'), {
  ...column('known_at', 'timestamp'),
  nullable: true,
  optional: true,
});
const t = 1_700_000_000_000_000;
const nine = '2023-11-14T22:13:20Z';

async function refused(name: string, content: string | Uint8Array, message: RegExp | string): Promise<void> {
  const read = readSpine(folder.write(name, content), { expected });
  await expect(read).rejects.toThrow(SpineError);
  await expect(read).rejects.toThrow(message);
}

test('CSV: expected columns by their type, the others by what all of their cells are', async () => {
  const path = folder.write(
    'typed.csv',
    'label,user_id,t,code,big,x,flag,at,note\r\n' +
      `1,7,${nine},007,9007199254740993,0.5,true,${nine},\r\n` +
      `2,8,${t + 1},12,1,1e-7,FALSE,2023-11-14 22:13:20.000001+01:00,""\n` +
      '\n' +
      `,9,${nine},,,,,,"two\nlines, ""q"""\n`,
  );
  const { columns, rows, problems, places } = await readSpine(path, { expected });
  expect(problems).toEqual([]);
  expect(columns.map(({ type }) => type.kind)).toEqual([
    ...['int', 'int', 'timestamp', 'text', 'bigint', 'double', 'boolean', 'timestamp', 'text'],
  ]);
  expect(rows).toEqual([
    [1, 7, t, '007', 9007199254740993n, 0.5, true, t, null],
    [2, 8, t + 1, '12', 1n, 1e-7, false, t - 3_600_000_000 + 1, ''],
    [null, 9, t, null, null, null, null, null, 'two\nlines, "q"'],
  ]);
  expect(places).toEqual(['typed.csv, line 2', 'typed.csv, line 3', 'typed.csv, line 5']);
});

test('a column keeps its digits: what a double would lose stays text', async () => {
  const path = folder.write(
    'digits.csv',
    `user_id,t,a,b,c\n1,${t},0.1234567890123456789,18446744073709551616,75.41275024414062\n`,
  );
  const { rows } = await readSpine(path, { expected });
  expect(rows).toEqual([[1, t, '0.1234567890123456789', 18446744073709551616, 75.41275024414062]]);
});

test('every bad cell is told, with its line, and rows behind them keep theirs', async () => {
  const path = folder.write(
    'bad.csv',
    `user_id,t,known_at\nx,${t},\n1,yesterday,\n"1\n",2023-11-14T22:13:20,1.5\n1,${t}\n,${t},\n5,${t},${t}\n`,
  );
  const { rows, problems, places } = await readSpine(path, { expected });
  expect(problems.map(({ row, column: name, value }) => [places[row], name, value])).toEqual([
    ['bad.csv, line 2', 'user_id', 'x'],
    ['bad.csv, line 3', 't', 'yesterday'],
    ['bad.csv, line 4', 'user_id', '1\n'],
    ['bad.csv, line 4', 't', '2023-11-14T22:13:20'],
    ['bad.csv, line 4', 'known_at', '1.5'],
    ['bad.csv, line 6', null, `1,${t}`],
    ['bad.csv, line 7', 'user_id', ''],
  ]);
  expect(problems[0]!.reason).toBe('it is not a whole number within ±(2^53 − 1)');
  expect(problems[5]!.reason).toBe('it has 2 cells, the header has 3');
  expect(rows.at(-1)).toEqual([5, t, t]);
});

test.each<[string, string | Uint8Array, RegExp]>([
  ['empty.csv', '', /empty\.csv is empty: it needs a header/],
  ['mark.csv', '\ufeff', /is empty/],
  ['header.csv', 'user_id,t\n', /has no rows/],
  ['missing.csv', `usr_id,t\n1,${t}\n`, /has no column 'user_id': did you mean 'usr_id'/],
  ['twice.csv', `user_id,t,t\n1,${t},${t}\n`, /has the column 't' twice/],
  ['unnamed.csv', `user_id,t,\n1,${t},1\n`, /column 3 of unnamed\.csv has no name/],
  ['quote.csv', `user_id,t\n1,"${t}\n2,${t}\n`, /quote\.csv, line 2: a quote is opened and never closed/],
  ['inside.csv', `user_id,t\n1,${t}\n2,a"b\n`, /inside\.csv, line 3: a quote stands inside a cell/],
  ['behind.csv', `user_id,t\n1,"a"b\n`, /line 2: a quote stands inside a cell/],
  [
    'latin.csv',
    Buffer.from(`user_id,t,a\n1,${t},b\n2,${t},caf\xe9\n`, 'latin1'),
    /latin\.csv, line 3: it is not UTF-8/,
  ],
  ['huge.csv', `user_id,t\n1,${'x'.repeat(LONGEST_LINE + 300_000)}\n`, /line 2: it is longer than 16 MiB/],
  ['torn.csv.gz', gzipSync(`user_id,t\n1,${t}\n`).subarray(0, 25), /torn\.csv\.gz cannot be read/],
  ['no.xlsx', 'x', /format of the spine .* cannot be told/],
  ['empty.ndjson', '\n', /has no rows/],
  ['missing.ndjson', `{"user":1,"t":${t}}\n`, /has no column 'user_id'/],
  ['object.ndjson', `{"user_id":1,"t":${t},"o":{"a":1}}\n`, /'o' of object\.ndjson holds objects/],
  ['no.parquet', 'PAR1 and then nothing', /no\.parquet cannot be read: it is torn, or no Parquet/],
])('%s is refused', async (name, content, message) => {
  await refused(name, content, message);
});

test('a file that is not there is said', async () => {
  await expect(openSpine('/nowhere/spine.csv', { expected })).rejects.toThrow(SpineError);
});

test('NUL in a text is a problem of its row', async () => {
  const { problems } = await readSpine(folder.write('nul.csv', `user_id,t,a\n1,${t},b\0c\n`), { expected });
  expect(problems.map(({ column: name }) => name)).toEqual(['a']);
});

test('NDJSON: types by values, absent is null, other orders of names, lines that are none', async () => {
  const lines = [
    `{"user_id":1,"t":"${nine}","n":9007199254740993,"xs":[1,2.5],"m":1,"at":"${nine}"}`,
    '',
    `{"t":${t},"m":"a","user_id":2,"xs":[]}`,
    '{"t":',
    `{"t":${t},"user_id":3,"xs":[null]}`,
    `{"t":${t},"user_id":"4"}`,
  ];
  const { columns, rows, problems, places } = await readSpine(
    folder.write('all.ndjson.gz', gzipSync(lines.join('\n'))),
    { expected },
  );
  expect(columns.slice(2)).toEqual([
    column('n', 'bigint'),
    column('xs', 'double', true),
    column('m', 'text'),
    column('at', 'timestamp'),
  ]);
  expect(rows.slice(0, 2)).toEqual([
    [1, t, 9007199254740993n, [1, 2.5], '1', t],
    [2, t, null, [], 'a', null],
  ]);
  expect(problems.map(({ row, column: name }) => [places[row], name])).toEqual([
    ['all.ndjson.gz, line 4', null],
    ['all.ndjson.gz, line 5', 'xs'],
    ['all.ndjson.gz, line 6', 'user_id'],
  ]);
});

test.each([
  ['a list around the rows', '[{"user_id":1}]\n'],
  ['an object over several lines', '{\n"user_id": 1\n}\n'],
])('NDJSON that is none, %s, is told how it is written', async (_, text) => {
  await refused('none.ndjson', text, 'an object in a line of its own');
});

test('NDJSON of objects without columns lacks those that it needs', async () => {
  await refused('bare.ndjson', '{}\n', "bare.ndjson has no column 'user_id'");
});

test('the standard input is kept, and read as often as it takes', async () => {
  const stdin = Readable.from([`{"user_id":1,"t":${t}}\n`]);
  const { rows, places } = await readSpine('-', { expected, stdin });
  expect(rows).toEqual([[1, t]]);
  expect(places).toEqual(['the standard input, line 1']);
});

async function duckParquet(name: string, select: string, options = ''): Promise<string> {
  const path = `${folder.path}/${name}`;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    await connection.run(`set timezone = 'UTC'`);
    await connection.run(`copy (${select}) to '${path}' (format parquet${options && `, ${options}`})`);
  } finally {
    connection.closeSync();
  }
  return path;
}

test('Parquet of DuckDB: types exactly', async () => {
  const path = await duckParquet(
    'duck.parquet',
    `select 1::integer as user_id, timestamptz '${nine}' as t, 9223372036854775807 as big, 12.30::decimal(10,2) as amount,
       12345678901234567890.5::decimal(30,1) as wide, 'nan'::double as nan, true as flag, ['a', 'b'] as texts,
       date '2023-11-14' as day, timestamp '1969-12-31 23:59:59.999999' as local, 'é' as note, 255::utinyint as small,
       '0189f7e2-7d3c-7cc0-8a0b-00ff00ff00ff'::uuid as id
     union all select 2, timestamptz '${nine}', null, null, null, null, null, null, null, null, null, null, null`,
  );
  const { columns, rows, problems } = await readSpine(path, { expected });
  expect(problems).toEqual([]);
  expect(columns.map(({ type }) => (type.list ? `${type.kind}[]` : type.kind))).toEqual([
    ...[
      'int',
      'timestamp',
      'bigint',
      'decimal',
      'text',
      'double',
      'boolean',
      'text[]',
      'timestamp',
      'text',
      'text',
    ],
    ...['int', 'uuid'],
  ]);
  const id = '0189f7e2-7d3c-7cc0-8a0b-00ff00ff00ff';
  expect(rows).toEqual([
    [
      ...[1, t, 9223372036854775807n, 12.3, '12345678901234567890.5', null, true, ['a', 'b']],
      ...[Date.UTC(2023, 10, 14) * 1000, '1969-12-31T23:59:59.999999', 'é', 255, id],
    ],
    [2, t, ...Array.from({ length: 11 }, () => null)],
  ]);
});

test.each(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'])(
  'Parquet compressed with %s',
  async codec => {
    const select = `select i::bigint as user_id, timestamptz '${nine}' as t, 'né' || (i % 97) as note,
        case when i % 3 > 0 then i / 7 end as x from range(20000) as r(i)`;
    const path = await duckParquet(`${codec}.parquet`, select, `compression ${codec}, row_group_size 5000`);
    const { rows, problems } = await readSpine(path, { expected });
    expect(problems).toEqual([]);
    expect(rows).toEqual(
      Array.from({ length: 20_000 }, (_, i) => [i, t, `né${i % 97}`, i % 3 > 0 ? i / 7 : null]),
    );
  },
);

test('Parquet: times without a zone are no instants, and nanoseconds no microseconds', async () => {
  const local = await duckParquet(
    'local.parquet',
    `select 1 as user_id, timestamp '2023-11-14 22:13:20' as t`,
  );
  await expect(openSpine(local, { expected })).rejects.toThrow(
    /'t' of local\.parquet holds times without a zone/,
  );
  const nested = await duckParquet(
    'nested.parquet',
    `select 1 as user_id, timestamptz '${nine}' as t, {'a': 1} as s`,
  );
  await expect(openSpine(nested, { expected })).rejects.toThrow(
    /'s' of nested\.parquet cannot be read: it is nested/,
  );
});

test('a query and a table: one read is the other, whatever is written in between', async () => {
  const { pool } = database;
  await pool.query(`create table spine as select n as user_id, timestamptz '${nine}' as t, n * 1.5 as label, array[n] as ns
    from generate_series(1, 3) as n`);
  const spine = await openSpine('query:select * from spine order by user_id desc', { expected, pool });
  await pool.query('delete from spine where user_id = 2');
  const values: unknown[] = [];
  for await (const { columns } of spine.batches()) values.push(columns);
  expect(values).toEqual([
    [
      [3, 2, 1],
      [t, t, t],
      ['4.5', '3.0', '1.5'],
      [[3], [2], [1]],
    ],
  ]);
  expect(spine.where(0)).toBe('the query, row 1');
  await spine.close();
  expect((await readSpine('table:public.spine', { expected, pool })).rows).toHaveLength(2);
});

test.each([
  ['query:select 1; drop table spine', /cannot insert multiple commands/],
  ['query:select 1 as user_id, now()::timestamp as t', /holds times without a zone/],
  ['query:select 1 as user_id', /the query has no column 't'/],
  ['table:public.nothing', /table public\.nothing cannot be read: relation "public\.nothing" does not exist/],
  ['table:a.b.c', /names no table/],
])('%s is refused', async (spec, message) => {
  const opened = openSpine(spec, { expected, pool: database.pool });
  await expect(opened).rejects.toThrow(SpineError);
  await expect(opened).rejects.toThrow(message);
});
