import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import type { SqlColumn } from '../../runtime/history/program.ts';
import { openOutput } from '../../runtime/training/io/index.ts';
import { ROW_GROUP } from '../../runtime/training/io/parquet-output.ts';
import { edgeColumns, edgeRows } from './edge-values.ts';
import { batchOf, column, readSpine, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const metadata = { vector: 'churn_risk', note: 'naïve' };

async function written(
  name: string,
  columns: readonly SqlColumn[],
  rows: readonly Parameters<typeof batchOf>[0][],
): Promise<string> {
  const path = `${folder.path}/${name}`;
  const output = await openOutput(path, columns, { id: 'test' });
  for (const each of rows) await output.write(batchOf(each));
  await output.finish(metadata);
  return path;
}

/** Doubles leave DuckDB as numbers, whole numbers as bigints, the rest is asked for as text. */
async function duck(sql: string): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    await connection.run(`set timezone = 'UTC'`);
    return (await connection.runAndReadAll(sql)).getRowsJS() as unknown[][];
  } finally {
    connection.closeSync();
  }
}

test('DuckDB reads every type as what it is', async () => {
  const path = await written('types.parquet', edgeColumns, [edgeRows]);
  const described = await duck(`describe select * from '${path}'`);
  expect(described.map(([name, type]) => [name, type])).toEqual([
    ['n', 'BIGINT'],
    ['big', 'BIGINT'],
    ['amount', 'DOUBLE'],
    ['x', 'DOUBLE'],
    ['flag', 'BOOLEAN'],
    ['name "q"', 'VARCHAR'],
    ['level', 'VARCHAR'],
    ['id', 'VARCHAR'],
    ['at', 'TIMESTAMP WITH TIME ZONE'],
    ['bigs', 'BIGINT[]'],
    ['xs', 'DOUBLE[]'],
    ['texts', 'VARCHAR[]'],
    ['ats', 'TIMESTAMP WITH TIME ZONE[]'],
    ['flags', 'BOOLEAN[]'],
  ]);
});

test('DuckDB reads every value to the last bit, in order', async () => {
  const path = await written('values.parquet', edgeColumns, [edgeRows.slice(0, 3), [], edgeRows.slice(3)]);
  const rows = await duck(
    `select n, big, amount, x, flag, "name ""q""", level, id, epoch_us("at"), bigs, xs, texts,
       list_transform(ats, lambda t: epoch_us(t)), flags from '${path}'`,
  );
  const whole = (value: unknown): unknown => (typeof value === 'number' ? BigInt(value) : value);
  expect(rows).toEqual(
    edgeRows.map(row =>
      row.map((value, i) => {
        const { kind, list } = edgeColumns[i]!.type;
        if (kind !== 'int' && kind !== 'timestamp') return value;
        return list && value !== null ? (value as readonly unknown[]).map(whole) : whole(value);
      }),
    ),
  );
});

test('the metadata stands in the file', async () => {
  const path = await written('metadata.parquet', edgeColumns, [edgeRows]);
  const [row] = await duck(
    `select decode(key) as key, decode(value) as value from parquet_kv_metadata('${path}') where key = 'skewless'`,
  );
  expect(row![0]).toBe('skewless');
  expect(JSON.parse(row![1] as string)).toEqual(metadata);
});

test('a training set without rows has its columns', async () => {
  const path = await written('empty.parquet', edgeColumns, []);
  expect(await duck(`select count(*) from '${path}'`)).toEqual([[0n]]);
  expect(await duck(`describe select * from '${path}'`)).toHaveLength(edgeColumns.length);
});

test('batches that cross row groups keep their order', async () => {
  const rows = Array.from({ length: ROW_GROUP + 10 }, (_, i) => [i, `t${i % 7}`]);
  const columns = [column('i', 'int'), column('t', 'text')];
  const path = await written('groups.parquet', columns, [rows.slice(0, 30_000), rows.slice(30_000)]);
  expect(
    await duck(
      `select count(*), bool_and(i = file_row_number and t = 't' || (i % 7)) from read_parquet('${path}', file_row_number = true)`,
    ),
  ).toEqual([[BigInt(rows.length), true]]);
  expect(await duck(`select count(distinct row_group_id) from parquet_metadata('${path}')`)).toEqual([[2n]]);
});

test('−0 leaves as 0, among other zeros and alone', async () => {
  const path = await written('zeros.parquet', [column('x', 'double')], [[[0], [-0], [0], [-0]]]);
  const rows = await duck(`select x from '${path}'`);
  expect(rows.every(([x]) => Object.is(x, 0))).toBe(true);
});

test('what was written is read again as a spine, the same', async () => {
  const path = await written('again.parquet', edgeColumns, [edgeRows]);
  const { columns, rows, problems } = await readSpine(path, {
    expected: new Map(edgeColumns.map(each => [each.name, { ...each, nullable: true }])),
  });
  expect(problems).toEqual([]);
  expect(columns).toEqual(edgeColumns);
  expect(rows).toEqual(edgeRows);
});
