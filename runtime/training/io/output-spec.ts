// Control path. What `--out` may say.
import { OutputError } from './errors.ts';
import { parseTableName } from './spine-spec.ts';
import type { TableName } from './spine-spec.ts';

export type OutputFormat = 'parquet' | 'csv' | 'ndjson';

export type OutputSpec =
  | { readonly kind: 'file'; readonly path: string; readonly format: OutputFormat }
  | { readonly kind: 'table'; readonly table: TableName };

/** A table that is there already is replaced; those that the history is made of never are. */
const SERVERS = /^(pg_.*|information_schema)$/;
const OURS = /^(history|skewless|skewless_run_.*)$/;

/**
 * @param format of a file; by its name unless given
 * @throws OutputError for what says nothing
 */
export function parseOutputSpec(spec: string, format?: OutputFormat): OutputSpec {
  if (spec.startsWith('table:')) {
    const table = parseTableName(spec.slice(6));
    if (table === null)
      throw new OutputError(`'${spec}' names no table: write table:name or table:schema.name`);
    if (table.schema !== null && OURS.test(table.schema))
      throw new OutputError(
        `'${spec}' is in the schema '${table.schema}', where the history and its functions are: choose another one`,
      );
    if (table.schema !== null && SERVERS.test(table.schema))
      throw new OutputError(
        `'${spec}' is in a schema of PostgreSQL's own, where no table is to stay: choose another one`,
      );
    return { kind: 'table', table };
  }
  const [, ending] = /\.(parquet|csv|ndjson|jsonl)$/i.exec(spec) ?? [];
  const told =
    ending?.toLowerCase() === 'jsonl' ? 'ndjson' : (ending?.toLowerCase() as OutputFormat | undefined);
  const chosen = format ?? told;
  if (chosen === undefined)
    throw new OutputError(
      `the format of ${spec} cannot be told from its name: name it .parquet, .csv or .ndjson, give the format, or write table:schema.name`,
    );
  return { kind: 'file', path: spec, format: chosen };
}
