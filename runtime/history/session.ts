// Control path.
import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';

/** A database whose tables are of no matter here: generated code knows them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- Kysely's own word for "any schema"; it is invariant
export type AnyDatabase = Kysely<any>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
export type AnyTransaction = Transaction<any>;

/**
 * One transaction that sees one state of the history, with the settings our SQL is written for.
 * @param tables that are read. They are locked before anything is looked at: a month that is dropped afterwards waits
 *   for the end, and one that was dropped before is known to be gone
 */
export async function readingTransaction<T>(
  db: AnyDatabase,
  tables: readonly string[],
  run: (trx: AnyTransaction) => Promise<T>,
): Promise<T> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async trx => {
      for (const setting of settings) await sql.raw(`set local ${setting}`).execute(trx);
      if (tables.length > 0)
        await sql.raw(`lock table only ${tables.join(', only ')} in access share mode`).execute(trx);
      return await run(trx);
    });
}

/**
 * Texts of doubles carry all their digits, instants are UTC. The plans are thousands of small index probes, each
 * different from the one before, in which compiling expressions, remembering answers and gathering workers only lose.
 */
const settings = [
  `timezone = 'UTC'`,
  'extra_float_digits = 1',
  `datestyle = 'ISO'`,
  'jit = off',
  'enable_memoize = off',
  'max_parallel_workers_per_gather = 0',
  `work_mem = '128MB'`,
] as const;

/** Runs statements in order. */
export async function runAll(db: AnyDatabase, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

export async function rowsOf(
  db: AnyDatabase,
  query: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await sql.raw<Record<string, unknown>>(query).execute(db)).rows;
}
