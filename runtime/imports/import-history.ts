// Control path. Past records into the history, as an import: a log of its own, before the source's own log.
//
//   1. what was imported before is known by its digest
//   2. rows are decoded as the stream decodes them, and stored in order of (arrival, row): their rank is their offset,
//      the number of the import their epoch
//   3. rows of a time that an earlier import has rows of are taken only where that is wanted
//   4. rows, refused ones, frontier and digest are committed at once: an interrupted import leaves nothing
import type pg from 'pg';
import type { StreamProgram } from '../engine/program.ts';
import { withTransaction } from '../history/client.ts';
import { lockImports, nextImport } from '../history/import-number.ts';
import { noteImport, readImports } from '../history/import-registry.ts';
import { importTopic, partitionKey, writePartitions } from '../history/partitions.ts';
import type { SqlProgram, SqlSource } from '../history/program.ts';
import type { ServedSource, ServingPlan } from '../serve/plan.ts';
import { limitsOf } from './cut.ts';
import { rowDecoder } from './decode-rows.ts';
import { dropRows, importToDrop } from './drop-import.ts';
import { ImportError } from './options.ts';
import type { ImportFrom, ImportOptions, ImportReport, Overlap } from './options.ts';
import { neighboursOf, overlapping, overlapsOf } from './overlap.ts';
import { placeRefused } from './place.ts';
import { openRows } from './rows.ts';
import type { ImportRows } from './rows.ts';
import { countRows, storeRows } from './store-rows.ts';
import type { Pass } from './store-rows.ts';
import { storedSource } from './stored-source.ts';
import type { Extent } from './take-rows.ts';

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
      const already = await sameContent(client, stored.name, rows.digest, options.replace ?? null);
      if (already !== null) return nothing(stored.name, already);
      return await importRows(client, programs.stream, served, stored, rows, options);
    });
  });
}

function sourcesOf(
  { serving, sql }: ImportPrograms,
  { source: name, from, arrival }: ImportOptions,
): { readonly served: ServedSource; readonly stored: SqlSource } {
  const stored = storedSource(sql, name);
  const served = serving.sources.find(source => source.name === name)!;
  const mayBeChanges = from.kind === 'file' && !/\.(csv|parquet)(\.gz)?$/.test(from.path);
  if (served.kind === 'table' && arrival === undefined && !mayBeChanges)
    throw new ImportError(
      `${name} is a table: its rows must say since when they were so, for no read before that sees them. ` +
        `Name the column that tells it with --arrival, as \`updated_at\`; or import its changes as Debezium writes them (.ndjson)`,
    );
  return { served, stored };
}

/** One snapshot to read tables in, on a connection of its own. What values are as text hangs on three settings. */
async function readingOn<T>(pool: pg.Pool, run: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(`begin isolation level repeatable read read only;
      set local timezone = 'UTC'; set local datestyle = 'ISO'; set local extra_float_digits = 1`);
    const result = await run(client);
    await client.query('commit');
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}

/**
 * The number of the import that was made of the same content; null: there is none, or it is to be made anew.
 * @throws ImportError where that would take the place of another one
 */
async function sameContent(
  client: pg.ClientBase,
  source: string,
  digest: string,
  replace: number | null,
): Promise<number | null> {
  const found = (await readImports(client, source)).find(
    each => each.droppedAt === null && each.digest === digest,
  );
  // The same content may be read otherwise: other names, another arrival, another end.
  if (found === undefined || found.number === replace) return null;
  if (replace !== null)
    throw new ImportError(
      `the same content is there already, as import ${found.number} of ${source}: drop ${replace} by itself, with skewless imports ${source} --drop ${replace}`,
    );
  return found.number;
}

async function importRows(
  client: pg.ClientBase,
  stream: StreamProgram,
  served: ServedSource,
  stored: SqlSource,
  rows: ImportRows,
  options: ImportOptions,
): Promise<ImportReport> {
  const { from, map = {}, arrival, until, replace = null, dryRun = false, progress = ignore } = options;
  const { name } = stored;
  if (replace !== null) await importToDrop(client, name, replace);
  const limits = await limitsOf(client, stored, until ?? null);
  const own = served.columns.find(({ name: column }) => (map[column] ?? column) === arrival);
  const plan = {
    arrival: own?.name ?? arrival ?? null,
    isOwn: own?.type.kind === 'timestamp',
    areEnvelopes: rows.areEnvelopes,
  };
  const pass: Pass = { rows, decoder: () => rowDecoder(stream, served, plan), limits, progress };
  const number = await nextImport(client, name);
  if (replace !== null && !dryRun) await dropRows(client, stored, replace);
  const { read, passed, extent, reasons } = dryRun
    ? await countRows(client, stored, pass)
    : await storeRows(client, stored, number, pass);
  const neighbours = await neighboursOf(client, stored, extent, replace);
  const shared = (): Promise<readonly Overlap[]> => overlapsOf(client, stored, number, extent, neighbours);
  const overlaps =
    dryRun && neighbours.length > 0
      ? await tried(client, async () => {
          await storeRows(client, stored, number, { ...pass, progress: ignore });
          return await shared();
        })
      : await shared();
  if (overlaps.length > 0 && options.overlap !== true && !dryRun) throw overlapping(name, overlaps);
  const epoch = extent.rows === 0 ? null : number;
  if (epoch !== null && !dryRun) {
    const { cut } = limits;
    const refused = await placeRefused(client, stored, epoch, cut, extent);
    await noteExtent(client, name, epoch, extent, refused);
    await noteImport(client, {
      ...{ source: name, number: epoch, digest: rows.digest, from: textOf(from), cut },
      ...{ stored: extent.rows, refused, first: extent.earliest!, last: extent.latest! },
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
    absent: rows.absent(),
    overlaps,
  };
}

/** Runs what is taken back afterwards. */
async function tried<T>(client: pg.ClientBase, run: () => Promise<T>): Promise<T> {
  await client.query('savepoint trial');
  const result = await run();
  await client.query('rollback to savepoint trial');
  return result;
}

/** Its place in the history's frontier: it is complete. */
async function noteExtent(
  client: pg.ClientBase,
  source: string,
  epoch: number,
  { rows, last }: Extent,
  refused: number,
): Promise<void> {
  const place = { source, topic: importTopic, epoch, partition: 0 };
  const partition = {
    ...{ place, nextOffset: rows + refused, arrivedAt: last ?? -Infinity, early: null },
    ...{ completeUntil: Infinity, promised: Infinity },
  };
  await writePartitions(client, new Map([[partitionKey(place), partition]]));
}

const ignore = (): void => undefined;

function nothing(source: string, already: number): ImportReport {
  return {
    ...{ source, import: null, already, read: 0, stored: 0, refused: [], beyond: 0, passed: 0 },
    ...{ first: null, last: null, logBegins: null, absent: [], overlaps: [] },
  };
}

function textOf(from: ImportFrom): string {
  return from.kind === 'file'
    ? from.path
    : from.kind === 'table'
      ? `table:${from.name}`
      : `query:${from.sql}`;
}
