// Control path. Where a training set goes to. What is not finished never stands under the final name.
import type pg from 'pg';
import type { SqlColumn } from '../../history/program.ts';
import type { RowBatch } from '../contract.ts';
import { csvFormat } from './csv-output.ts';
import { OutputError } from './errors.ts';
import { FileOutput } from './file-output.ts';
import { ndjsonFormat } from './ndjson-output.ts';
import { parseOutputSpec } from './output-spec.ts';
import type { OutputFormat } from './output-spec.ts';
import { ParquetOutput } from './parquet-output.ts';
import { openPartialFile } from './partial-file.ts';
import { openTable } from './table-output.ts';

export interface Output {
  /** Rows in order. @throws OutputError where they cannot be written; then nothing but `abandon` may follow */
  write(batch: RowBatch): Promise<void>;
  /**
   * Puts all that was written under the final name, at once, in place of what stood there.
   * @param metadata becomes JSON: in a Parquet file's key-value metadata as `skewless`, as the comment of a
   *   table that is made. CSV and NDJSON have no place for it
   */
  finish(metadata: object): Promise<void>;
  /** Takes back what was written; the final name keeps what it had. After `finish` it does nothing. */
  abandon(): Promise<void>;
}

export interface OutputOptions {
  /** In the name of what is not finished: the same for another attempt at the same, else its own. */
  readonly id: string;
  /** Of a file; by its name unless given. */
  readonly format?: OutputFormat;
  /** For `table:`; one connection is held until the end. */
  readonly pool?: pg.Pool;
  /** Rows go to a table that is there already, after its own. Absent: it is replaced. */
  readonly append?: boolean;
}

/**
 * Opens `file.parquet`, `.csv`, `.ndjson` or `table:schema.name`. Values as semantics §5 (Types) has them.
 * @throws OutputError where it cannot be
 */
export async function openOutput(
  spec: string,
  columns: readonly SqlColumn[],
  { id, format, pool, append = false }: OutputOptions,
): Promise<Output> {
  const parsed = parseOutputSpec(spec, format);
  if (parsed.kind === 'table') {
    if (pool === undefined)
      throw new OutputError(`${spec} cannot be written: no connection to PostgreSQL is configured`);
    return await openTable(pool, parsed.table, columns, { id, append });
  }
  if (append) throw new OutputError(`${spec} is a file, and rows are appended to tables only`);
  const file = await openPartialFile(parsed.path, id);
  switch (parsed.format) {
    case 'parquet':
      return new ParquetOutput(file, columns);
    case 'csv':
      return new FileOutput(file, csvFormat(columns));
    case 'ndjson':
      return new FileOutput(file, ndjsonFormat(columns));
  }
}
