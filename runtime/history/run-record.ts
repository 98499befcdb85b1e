// Control path. What a training run is: of what request, over what history. A schema for each run.
//
// The frontier of a run is where the history stood when it was opened. What is imported, tried again or late after that
// is in none of its parts, whenever they are computed. It stays open as long as nothing has been computed: a run that
// found the history too far behind may be opened again when that has caught up.
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { TrainingRequest } from '../training/contract.ts';
import { frontierOf } from './frontier.ts';
import type { HistoryFrontier } from './frontier.ts';
import type { SqlProgram } from './program.ts';
import { quoteIdentifier } from './relations.ts';
import type { ResolvedRead } from './resolve-read.ts';
import { stepsRelation, stepsTable } from './run-steps.ts';
import { readingTransaction, rowsOf, runAll } from './session.ts';
import type { AnyDatabase, AnyTransaction } from './session.ts';

export interface RunRecord {
  /** Quoted. */
  readonly schema: string;
  /** Of the sources that are read. */
  readonly frontier: readonly HistoryFrontier[];
  readonly chunkRows: number;
}

/** In the run's schema, one row. It is logged: a crash leaves it. */
export const recordRelation = '"#run"';

export const runSchema = (id: string): string => quoteIdentifier(`skewless_run_${id}`);

/**
 * Finds the run of this name, or begins it.
 * @throws where there is one of this name for something else
 */
export async function openRecord(
  db: AnyDatabase,
  id: string,
  chunkRows: number,
  request: TrainingRequest,
  read: ResolvedRead,
  program: SqlProgram,
): Promise<RunRecord> {
  const schema = runSchema(id);
  const asked = canonical(request);
  const meaning = digestOf(read, program);
  return await readingTransaction(db, [], async trx => {
    const there = await findRecord(trx, schema);
    if (there !== null) {
      requireSame(id, there, asked, meaning);
      const steps = await rowsOf(trx, `select from ${schema}.${stepsRelation} limit 1`);
      if (steps.length > 0) return await refreshed(trx, schema, read, there);
      // Nothing is done, or a crash took it: what it left are empty relations.
      await runAll(trx, [`drop schema ${schema} cascade`]);
    }
    const frontier =
      there?.isFixed === true ? there.frontier : written(await frontierOf(trx, read.allSources));
    await runAll(trx, [
      `create schema ${schema}`,
      `create table ${schema}.${recordRelation} (request text not null, meaning text not null, frontier jsonb not null, chunk_rows integer not null, is_fixed boolean not null, begun_at timestamptz not null default now())`,
      stepsTable(schema),
    ]);
    const rows = there?.chunkRows ?? chunkRows;
    await sql`insert into ${sql.raw(`${schema}.${recordRelation}`)}
      values (${asked}, ${meaning}, ${JSON.stringify(frontier)}::jsonb, ${rows}, ${there?.isFixed ?? false})`.execute(
      trx,
    );
    return { schema, frontier: readBack(frontier), chunkRows: rows };
  });
}

/** From now on the run's frontier stays, in the transaction that computes first. */
export async function fixFrontier(trx: AnyTransaction): Promise<void> {
  await runAll(trx, [`update ${recordRelation} set is_fixed = true`]);
}

interface Found {
  readonly request: string;
  readonly meaning: string;
  readonly frontier: readonly WrittenFrontier[];
  readonly chunkRows: number;
  readonly isFixed: boolean;
}

async function findRecord(trx: AnyTransaction, schema: string): Promise<Found | null> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass(${`${schema}.${recordRelation}`}) is not null as present`.execute(trx);
  if (rows[0]?.present !== true) return null;
  const [row] = await rowsOf(trx, `select * from ${schema}.${recordRelation}`);
  return {
    request: row!['request'] as string,
    meaning: row!['meaning'] as string,
    frontier: row!['frontier'] as readonly WrittenFrontier[],
    chunkRows: row!['chunk_rows'] as number,
    isFixed: row!['is_fixed'] as boolean,
  };
}

async function refreshed(
  trx: AnyTransaction,
  schema: string,
  read: ResolvedRead,
  there: Found,
): Promise<RunRecord> {
  const { chunkRows, isFixed } = there;
  if (isFixed) return { schema, frontier: readBack(there.frontier), chunkRows };
  const frontier = written(await frontierOf(trx, read.allSources));
  await sql`update ${sql.raw(`${schema}.${recordRelation}`)} set frontier = ${JSON.stringify(frontier)}::jsonb`.execute(
    trx,
  );
  return { schema, frontier: readBack(frontier), chunkRows };
}

function requireSame(id: string, there: Found, asked: string, meaning: string): void {
  const what =
    there.request !== asked
      ? `is of another request: ${there.request}`
      : there.meaning !== meaning
        ? 'was begun when its features meant something else'
        : null;
  if (what === null) return;
  throw new Error(
    `the training run ${id} ${what}. To begin anew: skewless backfill --restart, or skewless runs --drop ${id}`,
  );
}

/** JSON has no infinity. */
type WrittenFrontier = Omit<HistoryFrontier, 'arrivedAt' | 'completeUntil'> & {
  readonly arrivedAt: string;
  readonly completeUntil: string;
};

const written = (frontier: readonly HistoryFrontier[]): readonly WrittenFrontier[] =>
  frontier.map(each => ({
    ...each,
    arrivedAt: String(each.arrivedAt),
    completeUntil: String(each.completeUntil),
  }));

const readBack = (frontier: readonly WrittenFrontier[]): readonly HistoryFrontier[] =>
  frontier.map(each => ({
    ...each,
    arrivedAt: Number(each.arrivedAt),
    completeUntil: Number(each.completeUntil),
  }));

/** Changes where what is computed does. */
function digestOf({ vector, groups, allSources }: ResolvedRead, program: SqlProgram): string {
  const read = program.sources.filter(({ name }) => allSources.includes(name));
  return createHash('sha256').update(canonical({ vector, groups, read })).digest('hex');
}

/** As text that tells functions too: those that make SQL by what they make, those that compute by their own text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    if (typeof inner !== 'function') return inner;
    return key === 'rows' ? String(inner((source: string) => quoteIdentifier(source))) : String(inner);
  });
}
