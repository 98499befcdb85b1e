import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';
import type { ParquetWriteOptions } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import type { ServedInput } from '../../runtime/serve/plan.ts';
import { ParquetReader } from '../../runtime/sources/files/parquet.ts';

import {
  folder,
  column,
  noon,
  written,
  options,
  batchesOf,
  recordsOf,
  typed,
  everything,
  frontierOf,
} from './file-support.ts';

function parquet(name: string, more: Pick<ParquetWriteOptions, 'codec' | 'compressors'> = {}): string {
  const path = join(folder, name);
  parquetWriteFile({
    filename: path,
    ...more,
    rowGroupSize: 2,
    columnData: [
      { name: 'i', data: [1, 2, 3] },
      { name: 'd', data: [0.1, null, -1e300] },
      { name: 'b', data: [9223372036854775807n, null, -5n] },
      { name: 'm', data: [1234n, null, -5n] },
      { name: 'f', data: [true, null, false] },
      { name: 'n', data: ['Zürich', null, ''] },
      { name: 't', data: ['x', 'y', 'z'] },
      { name: 'at', data: [BigInt(noon) + 1n, BigInt(noon) + 2n, -1n] },
    ],
    schema: [
      { name: 'root', num_children: 8 },
      { name: 'i', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'd', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'b', type: 'INT64', repetition_type: 'OPTIONAL' },
      {
        name: 'm',
        type: 'INT64',
        repetition_type: 'OPTIONAL',
        converted_type: 'DECIMAL',
        scale: 2,
        precision: 12,
      },
      { name: 'f', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
      { name: 'n', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', converted_type: 'UTF8' },
      { name: 't', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED', converted_type: 'UTF8' },
      { name: 'at', type: 'INT64', repetition_type: 'REQUIRED', converted_type: 'TIMESTAMP_MICROS' },
    ],
  });
  return path;
}

test('Parquet: whole numbers, decimals and instants lose nothing; reading goes on inside a row group', async () => {
  const path = parquet('types.parquet');
  const batches = await batchesOf(options(path, { source: everything }));
  const values = batches.flatMap(({ records }) => records.map(({ value }) => value));
  expect(values).toEqual([
    {
      i: 1,
      d: 0.1,
      b: 9223372036854775807n,
      m: '12.34',
      f: true,
      n: 'Zürich',
      t: 'x',
      at: '2024-05-01T12:00:00.000001Z',
    },
    { i: 2, d: null, b: null, m: null, f: null, n: null, t: 'y', at: '2024-05-01T12:00:00.000002Z' },
    { i: 3, d: -1e300, b: -5, m: '-0.05', f: false, n: '', t: 'z', at: '1969-12-31T23:59:59.999999Z' },
  ]);
  expect(batches.flatMap(({ records }) => records.map(({ arrivedAt }) => arrivedAt))).toEqual([
    noon + 1,
    noon + 2,
    -1,
  ]);
  const [entry] = frontierOf(batches);
  const rest = await recordsOf(options(path, { source: everything }), [{ ...entry!, nextOffset: 1 }]);
  expect(rest.map(({ offset, value }) => [offset, (value as { i: number }).i])).toEqual([
    [1, 2],
    [2, 3],
  ]);
});

test('Parquet: a row group that is read part by part gives each row once, from wherever reading goes on', async () => {
  // Of two columns more than 250,000 rows are two parts.
  const count = 250_001;
  const path = join(folder, 'parts.parquet');
  const numbers = Array.from({ length: count }, (_, i) => i);
  parquetWriteFile({
    filename: path,
    rowGroupSize: count,
    columnData: [
      { name: 'i', type: 'INT32', data: numbers },
      { name: 'at', type: 'TIMESTAMP', data: numbers.map(i => new Date(noon / 1000 + i)) },
    ],
  });
  const two = [column('i', { kind: 'int' }), column('at', { kind: 'timestamp' })];
  const reader = new ParquetReader(path, two, []);
  for (const from of [0, 1, 125_000, 125_001, 125_002, 200_000, count - 1]) {
    let expected = from;
    for await (const rows of reader.read(from)) {
      for (const { offset, value } of rows) {
        // Not by expect: there are a million of them.
        if (offset !== expected || (value as { i: number }).i !== expected)
          throw new Error(`row ${expected} is ${JSON.stringify(value)}, of offset ${offset}`);
        expected += 1;
      }
    }
    expect(expected).toBe(count);
  }
});

test('Parquet: pages may be compressed otherwise than with Snappy', async () => {
  const packed = parquet('packed.parquet', { codec: 'GZIP', compressors: { GZIP: page => gzipSync(page) } });
  const values = async (path: string): Promise<unknown[]> =>
    (await recordsOf(options(path, { source: everything }))).map(({ value }) => value);
  expect(await values(packed)).toEqual(await values(parquet('snappy.parquet')));
});

type Element = NonNullable<ParquetWriteOptions['schema']>[number];

/** One row group of columns, each of one element of the schema. */
function parquetOf(name: string, all: readonly (Element & { readonly data: readonly unknown[] })[]): string {
  const path = join(folder, name);
  parquetWriteFile({
    filename: path,
    columnData: all.map(({ name: of, data }) => ({ name: of, data: [...data] })),
    schema: [
      { name: 'root', num_children: all.length },
      ...all.map(({ data: _, ...element }): Element => ({ repetition_type: 'OPTIONAL', ...element })),
    ],
  });
  return path;
}

async function cellsOf(path: string, ...all: readonly ServedInput[]): Promise<unknown[][]> {
  const cells: unknown[][] = [];
  for await (const rows of new ParquetReader(path, all, []).read(0))
    for (const { value } of rows) cells.push(all.map(({ name }) => (value as Record<string, unknown>)[name]));
  return cells;
}

test('Parquet: decimals of bytes lose nothing, as those of numbers', async () => {
  const bytes = (...all: readonly number[]): Uint8Array => Uint8Array.from(all);
  const path = parquetOf('decimals.parquet', [
    {
      ...{ name: 'm', type: 'BYTE_ARRAY', scale: 2, precision: 12 },
      logical_type: { type: 'DECIMAL', scale: 2, precision: 12 },
      data: [bytes(57), bytes(0xff), bytes(0x01, 0x00), null],
    },
    { name: 's', type: 'BYTE_ARRAY', data: ['a', 'b', 'c', 'd'].map(text => Buffer.from(text)) },
  ]);
  const money = column('m', { kind: 'decimal', precision: 12, scale: 2 }, true);
  expect(await cellsOf(path, money, column('s', { kind: 'text' }))).toEqual([
    ['0.57', 'a'],
    ['-0.01', 'b'],
    ['2.56', 'c'],
    [null, 'd'],
  ]);
});

test('Parquet: text is as it is written, a byte order mark too, and what is no text is refused', async () => {
  const texts = ['\ufeffa', 'a', '', '😀'].map(text => Buffer.from(text));
  const data = [...texts, Buffer.from([0xff, 0x61]), Buffer.from([0xfe, 0x61])];
  for (const converted_type of ['UTF8', undefined] as const) {
    const element = { name: 's', type: 'BYTE_ARRAY', ...(converted_type && { converted_type }) } as const;
    const path = parquetOf('text.parquet', [{ ...element, data }]);
    const cells = (await cellsOf(path, column('s', { kind: 'text' }))).flat() as string[];
    expect(cells.slice(0, 4)).toEqual(['\ufeffa', 'a', '', '😀']);
    expect(cells.slice(4).every(text => /\p{Surrogate}/u.test(text))).toBe(true);
  }
});

test('Parquet: times without a zone are no instants, and what is nested is no cell', async () => {
  const at = { name: 'at', type: 'INT64', data: [BigInt(noon)] } as const;
  const local = { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } as const;
  const instant = column('at', { kind: 'timestamp' });
  const naive = parquetOf('naive.parquet', [{ ...at, logical_type: local }]);
  await expect(cellsOf(naive, instant)).rejects.toThrow(
    /the column 'at' of the file .*naive\.parquet holds times without a zone/,
  );
  expect(await cellsOf(naive, column('at', { kind: 'text' }))).toEqual([['2024-05-01T12:00:00.000000']]);
  const utc = parquetOf('utc.parquet', [{ ...at, logical_type: { ...local, isAdjustedToUTC: true } }]);
  expect(await cellsOf(utc, instant)).toEqual([['2024-05-01T12:00:00.000000Z']]);
  // A time within another column says nothing of the column of its name.
  const nested = join(folder, 'nested.parquet');
  parquetWriteFile({
    filename: nested,
    columnData: [
      { name: 'place', data: [{ at: new Date(0) }] },
      { name: 'at', data: [7] },
    ],
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'place', num_children: 1, repetition_type: 'OPTIONAL' },
      { name: 'at', type: 'INT64', repetition_type: 'OPTIONAL', converted_type: 'TIMESTAMP_MILLIS' },
      { name: 'at', type: 'INT32', repetition_type: 'OPTIONAL' },
    ],
  });
  expect(await cellsOf(nested, column('at', { kind: 'int' }))).toEqual([[7]]);
  await expect(cellsOf(nested, column('place', { kind: 'text' }))).rejects.toThrow(
    /the column 'place' of the file .* cannot be read: it is nested/,
  );
});

test('Parquet: a missing column and a file that is none are errors', async () => {
  const path = parquet('lacking.parquet');
  const wanting = { ...everything, columns: [...typed, column('att', { kind: 'timestamp' })] };
  await expect(recordsOf(options(path, { source: wanting }))).rejects.toThrow(
    /no column 'att': did you mean 'at'\?/,
  );
  const none = written('none.parquet', 'not parquet at all');
  await expect(recordsOf(options(none, { source: everything }))).rejects.toThrow(
    /none\.parquet cannot be read/,
  );
});
