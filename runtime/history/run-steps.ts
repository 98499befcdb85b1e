// Control path. The steps of a training run: each is done once, in one transaction with the note that it is done.
//
// The notes are unlogged, as what they tell of is: after a crash of the server both are gone.
import { sql } from 'kysely';
import type { AnyDatabase, AnyTransaction } from './session.ts';
import { readingTransaction, rowsOf } from './session.ts';

/** In the run's schema: what has been done, by name, and what came of it. */
export const stepsRelation = '"#steps"';

export const stepsTable = (schema: string): string =>
  `create unlogged table ${schema}.${stepsRelation} (step text collate "C" primary key, result jsonb not null, done_at timestamptz not null default now())`;

/** What is done of a run, and how to do more. */
export class Steps {
  readonly #db: AnyDatabase;
  readonly #schema: string;
  #done = new Map<string, unknown>();

  /** @param schema of the run, quoted */
  constructor(db: AnyDatabase, schema: string) {
    this.#db = db;
    this.#schema = schema;
  }

  /** Reads what is done. */
  async read(): Promise<void> {
    const rows = await rowsOf(this.#db, `select step, result from ${this.#schema}.${stepsRelation}`);
    this.#done = new Map(rows.map(row => [row['step'] as string, row['result']]));
  }

  has(step: string): boolean {
    return this.#done.has(step);
  }

  /** What came of a step that is done. */
  resultOf(step: string): unknown {
    return this.#done.get(step);
  }

  note(step: string, result: unknown): void {
    this.#done.set(step, result);
  }

  /**
   * Does a step, unless it is done.
   * @param tables of the history, that are read: see {@link readingTransaction}
   * @returns what came of it: plain data
   */
  async once<T>(
    step: string,
    tables: readonly string[],
    run: (trx: AnyTransaction) => Promise<T>,
  ): Promise<T> {
    if (this.has(step)) return this.resultOf(step) as T;
    const result = await this.transaction(tables, async trx => {
      const came = await run(trx);
      await sql`insert into ${sql.raw(stepsRelation)} values (${step}, ${JSON.stringify(came ?? null)}::jsonb)`.execute(
        trx,
      );
      return came;
    });
    this.note(step, result);
    return result;
  }

  /** A transaction in which the run's relations are found by their names. */
  async transaction<T>(tables: readonly string[], run: (trx: AnyTransaction) => Promise<T>): Promise<T> {
    return await readingTransaction(this.#db, tables, async trx => {
      await sql.raw(`set local search_path = ${this.#schema}`).execute(trx);
      return await run(trx);
    });
  }
}
