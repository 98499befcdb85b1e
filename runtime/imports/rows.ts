// Control path. The rows of an import, by the names of the source's own columns.
import type pg from 'pg';
import type { ServedInput, ServedSource } from '../serve/plan.ts';
import { suggestion } from '../../kernels/nearest.ts';
import { parseJson } from '../decode/lossless-json.ts';
import { readObject } from '../decode/cells.ts';
import { formatOf, openReader } from '../sources/files/open-reader.ts';
import type { FileRow } from '../sources/files/rows.ts';
import { fileDigest } from './digest.ts';
import { ImportError } from './options.ts';
import type { ImportOptions } from './options.ts';
import { openQuery } from './query-rows.ts';

export interface ImportRows {
  /** The same content has the same. */
  readonly digest: string;
  /** Whether the values are changes of a table as a connector writes them, and not its rows. */
  readonly areEnvelopes: boolean;
  /** All rows from the first on, some at a time; offsets are places in the file, from 0. */
  read(): AsyncGenerator<readonly FileRow[]>;
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
  const rename = renaming(source.columns, map);
  if (from.kind !== 'file') return await openQuery(client, from, columns, rename);
  const format = from.format ?? formatOf(from.path);
  const reader = await openReader(from.path, format, columns, null);
  return {
    digest: await fileDigest(from.path),
    areEnvelopes: source.kind === 'table' && format === 'ndjson',
    read: async function* () {
      for await (const rows of reader.read(0))
        yield rename === null ? rows : rows.map(({ offset, value }) => ({ offset, value: rename(value) }));
    },
  };
}

function checkMap({ name, columns }: ServedSource, map: Readonly<Record<string, string>>): void {
  const names = columns.map(column => column.name);
  const unknown = Object.keys(map).find(column => !names.includes(column));
  if (unknown === undefined) return;
  const hint = suggestion(unknown, names);
  throw new ImportError(`${name} has no column '${unknown}'${hint === null ? '' : `: ${hint}`}`);
}

export type Rename = (value: unknown) => unknown;

/** Null where all columns have their own names. What is no row is left as it is, to be refused. */
function renaming(columns: readonly ServedInput[], map: Readonly<Record<string, string>>): Rename | null {
  const pairs = columns.flatMap(({ name }) =>
    map[name] === undefined || map[name] === name ? [] : [[name, map[name]]],
  );
  if (pairs.length === 0) return null;
  return value => {
    const row = readObject(value instanceof Uint8Array ? parseJson(value) : value);
    if (row === null) return value;
    const renamed: Record<string, unknown> = { ...row };
    for (const [name, theirs] of pairs) renamed[name!] = row[theirs!];
    return renamed;
  };
}
