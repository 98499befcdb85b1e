// What data scientists read a training set with. Without Python and its packages these tests are not run, and
// `npm test` says so; CONTRIBUTING says how to have them.
import { describe, expect, test } from 'vitest';
import type { SqlColumn, SqlScalarKind } from '../../runtime/history/program.ts';
import type { Scalar, Value } from '../../runtime/history/index.ts';
import { openOutput } from '../../runtime/training/io/index.ts';
import { ROW_GROUP } from '../../runtime/training/io/parquet-output.ts';
import { edgeColumns, edgeRows } from './edge-values.ts';
import { hasPython, readByPython } from './python.ts';
import type { PythonReader } from './python.ts';
import { batchOf, column, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
type Rows = readonly (readonly Value[])[];

async function written(name: string, columns: readonly SqlColumn[], rows: Rows): Promise<string> {
  const path = `${folder.path}/${name}`;
  const output = await openOutput(path, columns, { id: 'test' });
  await output.write(batchOf(rows));
  await output.finish({ note: 'naïve' });
  return path;
}

/** As the script prints a value that was read as what it is. */
function printed({ kind, list }: SqlColumn['type'], value: Value): unknown {
  if (value === null) return null;
  if (list) return (value as readonly Scalar[]).map(each => printed({ kind, list: false }, each));
  return kind === 'int' || kind === 'bigint' || kind === 'timestamp' ? String(value) : value;
}

const columnsOf = (columns: readonly SqlColumn[], rows: Rows): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ name, type }, i) => [name, rows.map(row => printed(type, row[i]!))]));

const typesOf = (
  columns: readonly SqlColumn[],
  names: Readonly<Record<SqlScalarKind, string>>,
  listOf: (element: string) => string,
): Record<string, string> =>
  Object.fromEntries(
    columns.map(({ name, type }) => [name, type.list ? listOf(names[type.kind]) : names[type.kind]]),
  );

const texts = (type: string) => ({ text: type, enum: type, uuid: type });
const pandas = {
  ...{ int: 'int64', bigint: 'int64', decimal: 'float64', double: 'float64', boolean: 'bool' },
  ...{ timestamp: 'datetime64[us, UTC]', ...texts('str') },
};
const nullable = {
  ...{ int: 'Int64', bigint: 'Int64', decimal: 'Float64', double: 'Float64', boolean: 'boolean' },
  ...{ timestamp: 'datetime64[us, UTC]', ...texts('string') },
};
const polars = {
  ...{ int: 'Int64', bigint: 'Int64', decimal: 'Float64', double: 'Float64', boolean: 'Boolean' },
  ...{ timestamp: "Datetime(time_unit='us', time_zone='UTC')", ...texts('String') },
};
const object = (): string => 'object';
const whole = edgeRows.filter(row => !row.includes(null));

describe.skipIf(!hasPython)('a training set in Parquet is read by', () => {
  test('pandas: every type and value', async () => {
    const read = readByPython('pandas', await written('whole.parquet', edgeColumns, whole));
    expect(read.types).toEqual(typesOf(edgeColumns, pandas, object));
    expect(read.columns).toEqual(columnsOf(edgeColumns, whole));
  });

  test('pandas, with nulls: a bigint stays one, what pandas makes a double is one exactly', async () => {
    const read = readByPython('pandas', await written('nulls.parquet', edgeColumns, edgeRows));
    expect(read.types).toEqual(
      typesOf(edgeColumns, { ...pandas, int: 'float64', bigint: 'Int64', boolean: 'object' }, object),
    );
    const asRead = edgeColumns.map(each => (each.type.kind === 'int' ? { ...each, type: double } : each));
    expect(read.columns).toEqual(columnsOf(asRead, edgeRows));
  });

  test('pandas with nullable types: every type and value', async () => {
    const read = readByPython('pandas-nullable', await written('nullable.parquet', edgeColumns, edgeRows));
    expect(read.types).toEqual(typesOf(edgeColumns, nullable, object));
    expect(read.columns).toEqual(columnsOf(edgeColumns, edgeRows));
  });

  test('Polars: every type and value', async () => {
    const read = readByPython('polars', await written('polars.parquet', edgeColumns, edgeRows));
    expect(read.types).toEqual(typesOf(edgeColumns, polars, element => `List(${element})`));
    expect(read.columns).toEqual(columnsOf(edgeColumns, edgeRows));
  });

  test.each<PythonReader>(['pandas-nullable', 'polars'])('%s, over row groups, in order', async reader => {
    const columns = [
      column('i', 'int'),
      column('id', 'bigint'),
      column('t', 'text'),
      column('l', 'int', true),
    ];
    const rows = Array.from({ length: ROW_GROUP + 10 }, (_, i) => [
      i,
      i % 3 === 0 ? null : 2n ** 53n + BigInt(i),
      i % 5 === 0 ? null : `é${i % 1000}`,
      i % 7 === 0 ? null : Array.from({ length: i % 4 }, (_, k) => i + k),
    ]);
    const read = readByPython(reader, await written(`groups-${reader}.parquet`, columns, rows));
    expect(read.columns).toEqual(columnsOf(columns, rows));
  });

  test('each of them, where it has no rows', async () => {
    const path = await written('empty.parquet', edgeColumns, []);
    for (const reader of ['pandas', 'pandas-nullable', 'polars'] as const)
      expect(Object.entries(readByPython(reader, path).columns)).toEqual(
        edgeColumns.map(({ name }) => [name, []]),
      );
  });
});

const double = { kind: 'double', list: false } as const;
