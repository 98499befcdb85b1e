// Control path. Past records into the history, as an import: a log of its own, before the source's own log.
//
//   1. what was imported before is known by its digest
//   2. rows are decoded as the stream decodes them, and stored in order of (arrival, row): their rank is their offset,
//      the number of the import their epoch
//   3. rows, refused ones, frontier and digest are committed at once: an interrupted import leaves nothing
import type pg from 'pg';
import { suggestion } from '../../kernels/nearest.ts';
import type { StreamProgram } from '../engine/program.ts';
import { withTransaction } from '../history/client.ts';
import { lockImports, nextImport } from '../history/import-number.ts';
import type { SqlProgram, SqlSource } from '../history/program.ts';
import type { ServedSource, ServingPlan } from '../serve/plan.ts';
import { limitsOf } from './cut.ts';
import { rowDecoder } from './decode-rows.ts';
import { ImportError } from './options.ts';
import type { ImportFrom, ImportOptions, ImportReport } from './options.ts';
import { placeRefused } from './place.ts';
import { findImport, noteImport } from './registry.ts';
import { openRows } from './rows.ts';
import type { ImportRows } from './rows.ts';
import { countRows, storeRows } from './store-rows.ts';
import type { Pass } from './store-rows.ts';

export interface ImportPrograms {
  readonly stream: StreamProgram;
  readonly sql: SqlProgram;
  readonly serving: ServingPlan;
}

/**
 * Imports past records of a source. The history's schema must be there.
 * @param pool connections straight to the server, two at least: one reads tables, the other writes by COPY
 * @throws ImportError, SourceError: each says what to do
 */
export async function importHistory(
  pool: pg.Pool,
  programs: ImportPrograms,
  options: ImportOptions,
): Promise<ImportReport> {
  const { served, stored } = sourcesOf(programs, options);
  return await readingOn(pool, async reader => {
    const rows = await openRows(reader, served, options);
    return await withTransaction(pool, async client => {
      await client.query(`set local work_mem = '256MB'; set local maintenance_work_mem = '256MB'`);
      await lockImports(client);
      const already = await findImport(client, stored.name, rows.digest);
      if (already !== null) return nothing(stored.name, already);
      return await importRows(client, programs.stream, served, stored, rows, options);
    });
  });
}

function sourcesOf(
  { serving, sql }: ImportPrograms,
  { source: name, from, arrival }: ImportOptions,
): { readonly served: ServedSource; readonly stored: SqlSource } {
  const served = serving.sources.find(source => source.name === name);
  const stored = sql.sources.find(source => source.name === name);
  if (served === undefined || stored === undefined) {
    const hint = suggestion(
      name,
      sql.sources.map(source => source.name),
    );
    throw new ImportError(`the program has no source ${name}${hint === null ? '' : `: ${hint}`}`);
  }
  const mayBeChanges = from.kind === 'file' && !/\.(csv|parquet)(\.gz)?$/.test(from.path);
  if (served.kind === 'table' && arrival === undefined && !mayBeChanges)
    throw new ImportError(
      `${name} is a table: its rows must say since when they were so, for no read before that sees them. ` +
        `Name the column that tells it with --arrival, as \`updated_at\`; or import its changes as Debezium writes them (.ndjson)`,
    );
  return { served, stored };
}

/** One snapshot to read tables in, on a connection of its own. */
async function readingOn<T>(pool: pg.Pool, run: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin isolation level repeatable read read only');
    const result = await run(client);
    await client.query('commit');
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}

async function importRows(
  client: pg.ClientBase,
  stream: StreamProgram,
  served: ServedSource,
  stored: SqlSource,
  rows: ImportRows,
  { from, map = {}, arrival, until, dryRun = false, progress = ignore }: ImportOptions,
): Promise<ImportReport> {
  const { name } = stored;
  const limits = await limitsOf(client, stored, until ?? null);
  const own = served.columns.find(({ name: column }) => (map[column] ?? column) === arrival);
  const plan = {
    arrival: own?.name ?? arrival ?? null,
    isOwn: own?.type.kind === 'timestamp',
    areEnvelopes: rows.areEnvelopes,
  };
  const pass: Pass = { rows, decoder: () => rowDecoder(stream, served, plan), limits, progress };
  const number = await nextImport(client, name);
  const { read, passed, extent, reasons } = dryRun
    ? await countRows(client, stored, pass)
    : await storeRows(client, stored, number, pass);
  const epoch = extent.rows === 0 ? null : number;
  if (epoch !== null && !dryRun) {
    const { cut } = limits;
    const bad = await placeRefused(client, stored, epoch, cut, extent);
    await noteImport(client, {
      source: name,
      epoch,
      digest: rows.digest,
      from: textOf(from),
      cut,
      extent,
      refused: bad,
    });
  }
  const undecoded = reasons.reduce((sum, each) => sum + each.rows, 0);
  return {
    source: name,
    import: epoch,
    already: null,
    ...{ read, stored: extent.rows, refused: reasons, passed, logBegins: limits.logBegins },
    beyond: read - passed - undecoded - extent.rows,
    first: extent.first,
    last: extent.last,
  };
}

const ignore = (): void => undefined;

function nothing(source: string, already: number): ImportReport {
  return {
    ...{ source, import: null, already, read: 0, stored: 0, refused: [], beyond: 0, passed: 0 },
    ...{ first: null, last: null, logBegins: null },
  };
}

function textOf(from: ImportFrom): string {
  return from.kind === 'file'
    ? from.path
    : from.kind === 'table'
      ? `table:${from.name}`
      : `query:${from.sql}`;
}
