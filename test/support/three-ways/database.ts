import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { installSchema } from '../../../runtime/history/index.ts';
import type { SqlProgram } from '../../../runtime/history/index.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import { testDatabase } from '../postgres.ts';

/** A fresh database with a program's schema. */
export interface ProgramDatabase {
  readonly db: AnyDatabase;
  readonly pool: pg.Pool;
  end(): Promise<void>;
}

export async function databaseFor(program: SqlProgram): Promise<ProgramDatabase> {
  const { pool } = await testDatabase();
  const db: AnyDatabase = new Kysely({ dialect: new PostgresDialect({ pool }) });
  await installSchema(db, program);
  return { db, pool, end: () => db.destroy() };
}
