// Control path. The rows of an import, by the names of the source's own columns.
import type pg from 'pg';
import type { ServedInput, ServedSource } from '../serve/plan.ts';
import { suggestion } from '../../kernels/nearest.ts';
import { formatOf, openReader, requiredColumns } from '../sources/files/open-reader.ts';
import type { FileRow } from '../sources/files/rows.ts';
import { fileDigest } from './digest.ts';
import { ImportError } from './options.ts';
import type { ImportOptions } from './options.ts';
import { withOwnNames } from './own-names.ts';
import { openQuery } from './query-rows.ts';

/** The rows as they stand there, by the names that columns have there. */
export interface RowReader {
  /** The same content has the same. */
  readonly digest: string;
  /** All rows from the first on, some at a time; offsets are places in the file, from 0. */
  read(): AsyncGenerator<readonly FileRow[]>;
}

export interface ImportRows extends RowReader {
  /** Whether the values are changes of a table as a connector writes them, and not its rows. */
  readonly areEnvelopes: boolean;
  /**
   * The source's columns that there are none of: they are null in every row. It is known when the first row has been
   * read, and not of NDJSON, where each row says for itself.
   */
  absent(): readonly string[];
}

/** @param client for tables and queries, in a transaction of one snapshot */
export async function openRows(
  client: pg.ClientBase,
  source: ServedSource,
  { from, map = {}, arrival }: ImportOptions,
): Promise<ImportRows> {
  checkMap(source, map);
  const columns: ServedInput[] = source.columns.map(column => ({
    ...column,
    name: map[column.name] ?? column.name,
  }));
  if (arrival !== undefined && !columns.some(({ name }) => name === arrival))
    columns.push({ name: arrival, type: { kind: 'timestamp' }, nullable: false, doc: null });
  // A column that is named and is not there would be null in every row.
  const required = [...new Set([...requiredColumns(columns, null), ...Object.values(map)])];
  if (from.kind !== 'file')
    return withOwnNames(await openQuery(client, from, columns, required), source, map, false);
  const format = from.format ?? formatOf(from.path);
  const areEnvelopes = source.kind === 'table' && format === 'ndjson';
  if (areEnvelopes && Object.keys(map).length > 0)
    throw new ImportError(
      `NDJSON of the table ${source.name} is its changes as Debezium writes them, whose columns --map does not name: leave it out, or import rows, from CSV, Parquet, a table or a query`,
    );
  const reader = await openReader(from.path, format, columns, required);
  const opened = { digest: await fileDigest(from.path), read: () => reader.read(0) };
  return withOwnNames(opened, source, map, areEnvelopes);
}

function checkMap({ name, columns }: ServedSource, map: Readonly<Record<string, string>>): void {
  const names = columns.map(column => column.name);
  const unknown = Object.keys(map).find(column => !names.includes(column));
  if (unknown === undefined) return;
  const hint = suggestion(unknown, names);
  throw new ImportError(`${name} has no column '${unknown}'${hint === null ? '' : `: ${hint}`}`);
}
