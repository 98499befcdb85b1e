// Control path. Which reader a file needs, and what its rows stand for.
import type { ServedInput } from '../../serve/plan.ts';
import { SourceError } from '../source.ts';
import { checkReadable } from './bytes.ts';
import { CsvReader } from './csv.ts';
import { NdjsonReader } from './ndjson.ts';
import type { FileFormat } from './options.ts';
import { ParquetReader } from './parquet.ts';
import type { FileReader, FileRow } from './rows.ts';

/**
 * @param columns that are looked for, by the names they have in the file
 * @param required columns that must be there, where the format has a header; they may be others than `columns`
 * @throws SourceError where the file cannot be read
 */
export async function openReader(
  path: string,
  format: FileFormat,
  columns: readonly ServedInput[],
  required: readonly string[],
): Promise<FileReader> {
  await checkReadable(path);
  if (format === 'ndjson') return new NdjsonReader(path);
  if (format === 'csv') return new CsvReader(path, columns, required);
  if (path.endsWith('.gz'))
    throw new SourceError(`the file ${path} cannot be read: Parquet is not read through gzip: unpack it`);
  return new ParquetReader(path, columns, required);
}

/** The columns that may not be null, and that of arrival where there is one. */
export function requiredColumns(columns: readonly ServedInput[], arrival: string | null): readonly string[] {
  const names = columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
  return arrival === null || names.includes(arrival) ? names : [...names, arrival];
}

/** @throws SourceError for a name that says nothing */
export function formatOf(path: string): FileFormat {
  const [, ending] = /\.(ndjson|jsonl|csv|parquet)(?:\.gz)?$/.exec(path) ?? [];
  if (ending === undefined)
    throw new SourceError(
      `the format of the file ${path} cannot be told from its name: name it .ndjson, .csv or .parquet, or configure its format`,
    );
  return ending === 'jsonl' ? 'ndjson' : (ending as FileFormat);
}

/** A row of a table in a file of plain columns is its row as a snapshot finds it. */
export function asSnapshot(value: FileRow['value'], arrivedAt: number): unknown {
  return value instanceof Uint8Array
    ? value
    : { op: 'r', before: null, after: value, source: { ts_us: arrivedAt } };
}
