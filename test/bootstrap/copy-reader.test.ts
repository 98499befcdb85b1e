import { to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CopyReader } from '../../runtime/bootstrap/copy-reader.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

// What PostgreSQL itself writes is read back as what was said, whole and in pieces of any size.

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.end());

async function bytesOf(query: string): Promise<Buffer> {
  const client = await database.pool.connect();
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(copyTo(`copy (${query}) to stdout with (format binary)`)))
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } finally {
    client.release();
  }
}

/** @param piece bytes handed over at once */
function readAll<T>(bytes: Buffer, piece: number, read: (reader: CopyReader) => T): T[] {
  const reader = new CopyReader();
  const rows: T[] = [];
  for (let start = 0; start < bytes.length; start += piece) {
    reader.push(bytes.subarray(start, start + piece));
    while (reader.next()) rows.push(read(reader));
  }
  expect(reader.next()).toBe(false);
  return rows;
}

async function agrees<T>(
  type: string,
  values: readonly (readonly [string, T])[],
  read: (reader: CopyReader) => T,
): Promise<void> {
  const rows = values.map(([text], index) => `(${index}, '${text}'::${type})`).join(', ');
  const bytes = await bytesOf(
    `select v from (values ${rows}, (${values.length}, null)) as t(n, v) order by n`,
  );
  const expected = [...values.map(([, value]) => value), null];
  for (const piece of [1, 7, 64, bytes.length])
    expect(readAll(bytes, piece, reader => (reader.isNull() ? null : read(reader)))).toEqual(expected);
}

test('decimals, to the last digit', async () => {
  const texts = [
    '0',
    '1',
    '-1',
    '0.1',
    '-0.01',
    '0.0001',
    '0.00009',
    '10000',
    '9999.9999',
    '1234567890.12345',
    '-9999999999.99999',
    '10000.00001',
    '20000000',
  ];
  await agrees(
    'numeric(15, 5)',
    texts.map(text => [text, Number(text)] as const),
    reader => reader.decimal(5),
  );
  const whole = ['0', '7', '-10000', '100000000', '999999999999999', '-999999999999000'];
  await agrees(
    'numeric(15, 0)',
    whole.map(text => [text, Number(text)] as const),
    reader => reader.decimal(0),
  );
  const small = ['0.000000000000001', '-0.999999999999999', '0.00001', '0.1'];
  await agrees(
    'numeric(15, 15)',
    small.map(text => [text, Number(text)] as const),
    reader => reader.decimal(15),
  );
});

test('whole numbers of every size', async () => {
  const safe = ['0', '-1', '4294967296', '-4294967297', '9007199254740991', '-9007199254740991'];
  await agrees(
    'bigint',
    safe.map(text => [text, Number(text)] as const),
    reader => reader.int8(),
  );
  const wide = ['9223372036854775807', '-9223372036854775808', '0'];
  await agrees(
    'bigint',
    wide.map(text => [text, BigInt(text)] as const),
    reader => reader.bigint(),
  );
  const lsns = [
    '0',
    '9999',
    '10000',
    '100000000',
    '18446744073709551615',
    String(2n ** 200n),
    '120000000000000000',
  ];
  await agrees(
    'numeric',
    lsns.map(text => [text, BigInt(text)] as const),
    reader => reader.numeric(),
  );
  await agrees(
    'integer',
    [
      ['-5', -5],
      ['2147483647', 2_147_483_647],
    ],
    reader => reader.int4(),
  );
});

test('doubles, instants, text, uuids, booleans and lists', async () => {
  const doubles = [5e-324, -1.7976931348623157e308, 0.1, 2 ** 53 + 2, 0];
  await agrees(
    'float8',
    doubles.map(value => [String(value), value] as const),
    reader => reader.double(),
  );
  await agrees(
    'timestamptz',
    [
      ['1970-01-01T00:00:00Z', 0],
      ['1999-12-31T23:59:59.999999Z', 946_684_799_999_999],
      ['1700-01-01T00:00:00.000001Z', Date.UTC(1700, 0, 1) * 1000 + 1],
      ['2249-12-31T23:59:59.999999Z', Date.UTC(2250, 0, 1) * 1000 - 1],
    ],
    reader => reader.timestamp(),
  );
  const texts = ['', 'é', '💧 two\nlines', 'a'.repeat(5000), '\\N'];
  await agrees(
    'text',
    texts.map(text => [text, text] as const),
    reader => reader.text(),
  );
  const uuid = 'c0ffee00-1234-4abc-9def-0123456789ab';
  await agrees('uuid', [[uuid.toUpperCase(), uuid]], reader => reader.uuid());
  await agrees(
    'boolean',
    [
      ['t', true],
      ['f', false],
    ],
    reader => reader.boolean(),
  );
  await agrees<string[]>(
    'text[]',
    [
      ['{}', []],
      ['{a}', ['a']],
      ['{"",b c,é}', ['', 'b c', 'é']],
    ],
    reader => reader.textArray(),
  );
});
