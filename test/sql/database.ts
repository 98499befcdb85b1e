import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { sqlProgram } from '../../generator/backends/sql/program.ts';
import type { Program } from '../../generator/ir/index.ts';
import { appendHistory, installSchema, trainingSet } from '../../runtime/history/index.ts';
import type { HistoryRecord, SqlProgram, TrainingSetOptions, Value } from '../../runtime/history/index.ts';
import { testDatabase } from '../support/postgres.ts';

export interface History {
  readonly db: Kysely<Record<string, never>>;
  readonly pool: pg.Pool;
  readonly program: SqlProgram;
  append(records: readonly HistoryRecord[]): Promise<unknown>;
  read(options: TrainingSetOptions): Promise<readonly Readonly<Record<string, Value>>[]>;
  end(): Promise<void>;
}

/** A fresh database with a program installed. */
export async function historyOf(plan: Program): Promise<History> {
  const database = await testDatabase();
  const db = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool: database.pool }) });
  const program = sqlProgram(plan) as SqlProgram;
  await installSchema(db, program);
  return {
    db,
    pool: database.pool,
    program,
    append: records => appendHistory(database.pool, program, records),
    read: options => trainingSet(db, program, options),
    end: () => database.end(),
  };
}
