// Control path. What `--spine` may say.
import { basename } from 'node:path';
import { SpineError } from './errors.ts';

export type SpineFormat = 'csv' | 'ndjson' | 'parquet';

export type SpineSpec =
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly path: string;
      readonly format: SpineFormat;
      readonly isPacked: boolean;
    }
  | { readonly kind: 'stdin'; readonly name: string }
  | { readonly kind: 'query'; readonly name: string; readonly sql: string }
  | { readonly kind: 'table'; readonly name: string; readonly table: TableName };

/** A table; without a schema it is found by the connection's search path. */
export interface TableName {
  readonly schema: string | null;
  readonly table: string;
}

const ENDING = /\.(ndjson|jsonl|csv|parquet)(\.gz)?$/i;

/** @throws SpineError for what says nothing */
export function parseSpineSpec(spec: string): SpineSpec {
  if (spec === '-') return { kind: 'stdin', name: 'the standard input' };
  if (spec.startsWith('query:')) return { kind: 'query', name: 'the query', sql: spec.slice(6).trim() };
  if (spec.startsWith('table:')) {
    const table = parseTableName(spec.slice(6));
    if (table === null)
      throw new SpineError(`'${spec}' names no table: write table:name or table:schema.name`);
    return { kind: 'table', name: `table ${spec.slice(6).trim()}`, table };
  }
  const [, ending, packed] = ENDING.exec(spec) ?? [];
  if (ending === undefined)
    throw new SpineError(
      `the format of the spine ${spec} cannot be told from its name: name it .csv, .ndjson or .parquet (each may have .gz), ` +
        `or write table:schema.name, query:select …, or - for NDJSON from the standard input`,
    );
  const lower = ending.toLowerCase();
  const format = lower === 'jsonl' ? 'ndjson' : (lower as SpineFormat);
  return { kind: 'file', name: basename(spec), path: spec, format, isPacked: packed !== undefined };
}

/** `name`, `schema.name`; parts in double quotes may hold anything. Unquoted names are taken as they are written. */
export function parseTableName(text: string): TableName | null {
  const [, first, second] =
    /^\s*("(?:[^"]|"")+"|[^".\s]+)(?:\.("(?:[^"]|"")+"|[^".\s]+))?\s*$/.exec(text) ?? [];
  if (first === undefined) return null;
  const bare = (name: string): string =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  return second === undefined
    ? { schema: null, table: bare(first) }
    : { schema: bare(first), table: bare(second) };
}
