// Control path.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SqlColumn, SqlVector } from '../runtime/history/index.ts';
import { openOutput } from '../runtime/training/io/output.ts';
import type { Value, Values } from './compare.ts';
import type { SpineRow } from './spine.ts';

/** One row for each row of the spine: when, what was asked, the features, and in the end the label. */
export async function writeTrainingSet(
  file: string,
  vector: SqlVector,
  spine: readonly SpineRow[],
  rows: readonly Values[],
): Promise<void> {
  const request = new Set(vector.request.map(({ name }) => name));
  const columns: (SqlColumn & { readonly values: readonly Value[] })[] = [
    {
      name: 'scheduled_departure',
      type: { kind: 'timestamp', list: false },
      values: spine.map(({ t }) => t),
    },
    ...vector.request.map(({ name, type }) => ({
      name,
      type,
      values: spine.map(row => row[name as 'origin' | 'destination' | 'distance'] as Value),
    })),
    ...vector.features
      .filter(({ name }) => !request.has(name))
      .map(({ name, type }) => ({ name, type, values: rows.map(row => row[name]!) })),
    { name: 'label_delay', type: { kind: 'int', list: false }, values: spine.map(({ delay }) => delay) },
  ];
  await mkdir(dirname(file), { recursive: true });
  const output = await openOutput(file, columns, { id: 'demo', format: 'parquet' });
  await output.write({ rows: spine.length, columns: columns.map(({ values }) => values) });
  await output.finish({ vector: vector.name });
}
