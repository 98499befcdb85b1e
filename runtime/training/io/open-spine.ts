// Control path. Spines of every kind.
import type { Readable } from 'node:stream';
import type pg from 'pg';
import { bytesOf, checkReadable } from '../../sources/files/bytes.ts';
import { SourceError } from '../../sources/source.ts';
import { openCsv } from './csv-spine.ts';
import { SpineError } from './errors.ts';
import { openNdjson } from './ndjson-spine.ts';
import { openParquet } from './parquet-spine.ts';
import { openQuery } from './query-spine.ts';
import { parseSpineSpec } from './spine-spec.ts';
import type { SpineFormat, SpineSpec } from './spine-spec.ts';
import type { ExpectedColumn, SpineBatch, SpineFile, SpineReader } from './spine.ts';
import { spool } from './spool.ts';

export interface SpineOptions {
  /** By name. They are read strictly as their type; all other columns pass through, as what they are told to be. */
  readonly expected: ReadonlyMap<string, ExpectedColumn>;
  /** For `table:` and `query:`; one connection is held until `close`. */
  readonly pool?: pg.Pool;
  /** For `-`; the process's standard input unless given. */
  readonly stdin?: Readable;
}

/**
 * Opens `spine.csv`, `.ndjson`, `.parquet` (each also `.gz`), `table:schema.name`, `query:select …` or `-` (NDJSON from
 * the standard input). CSV and NDJSON are read through once, to learn their columns' types and their rows.
 * @throws SpineError where it is no spine: no file, torn, empty, without rows, a column missing or there twice
 */
export async function openSpine(spec: string, options: SpineOptions): Promise<SpineFile> {
  const parsed = parseSpineSpec(spec);
  const reader = await asSpineErrors(() => openReader(parsed, options));
  const { name } = parsed;
  if (reader.rows === 0) {
    await reader.close();
    throw new SpineError(`${name} has no rows: there is nothing to compute`, { isEmpty: true });
  }
  return {
    name,
    columns: reader.columns.map(column => ({ name: column.name, type: column.type })),
    rows: reader.rows,
    batches: () => withSpineErrors(reader),
    where: row => `${name}, ${reader.place(row)}`,
    close: () => reader.close(),
  };
}

async function openReader(spec: SpineSpec, { expected, pool, stdin }: SpineOptions): Promise<SpineReader> {
  switch (spec.kind) {
    case 'stdin':
      return await spooled(stdin ?? process.stdin, spec.name, 'ndjson', expected);
    case 'query':
    case 'table':
      if (pool === undefined)
        throw new SpineError(`${spec.name} cannot be read: no connection to PostgreSQL is configured`);
      return await openQuery(pool, spec, expected);
    case 'file':
      await checkReadable(spec.path);
      if (spec.format === 'parquet' && spec.isPacked)
        return await spooled(bytesOf(spec.path), spec.name, 'parquet', expected);
      return await openers[spec.format](spec.path, spec.name, expected);
  }
}

const openers: Readonly<Record<SpineFormat, typeof openCsv>> = {
  csv: openCsv,
  ndjson: openNdjson,
  parquet: openParquet,
};

async function spooled(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  format: SpineFormat,
  expected: SpineOptions['expected'],
): Promise<SpineReader> {
  const { path, remove } = await spool(bytes, name);
  try {
    const reader = await openers[format](path, name, expected);
    return {
      columns: reader.columns,
      rows: reader.rows,
      batches: () => reader.batches(),
      place: row => reader.place(row),
      close: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function* withSpineErrors(reader: SpineReader): AsyncGenerator<SpineBatch> {
  try {
    yield* reader.batches();
  } catch (error) {
    throw asSpineError(error);
  }
}

async function asSpineErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asSpineError(error);
  }
}

/** Files are read as those of sources are. */
const asSpineError = (error: unknown): unknown =>
  error instanceof SourceError ? new SpineError(error.message, { cause: error }) : error;
