// Control path.
import type pg from 'pg';
import type { SqlProgram } from './program.ts';
import { runAll } from './session.ts';
import type { AnyDatabase } from './session.ts';

/**
 * Makes a database ready for a program, or brings it up to a later one; all or nothing.
 * @throws where a table of the history cannot be brought up: the server's error, of code {@link cannotAdopt}, whose
 * hint says what to do
 */
export async function installSchema(db: AnyDatabase, program: SqlProgram): Promise<void> {
  await db.transaction().execute(async trx => {
    await runAll(trx, statements(program));
  });
}

/** {@link installSchema} in the transaction that the client is in. */
export async function installSchemaOn(client: pg.ClientBase, program: SqlProgram): Promise<void> {
  for (const statement of statements(program)) await client.query(statement);
}

/** The SQLSTATE of a history that was made for something else. */
export const cannotAdopt = 'SK001';

/** One at a time: two that replace the same function at once would fail. */
const statements = ({ schema }: SqlProgram): readonly string[] => [
  `select pg_advisory_xact_lock(hashtextextended('skewless schema', 0))`,
  ...schema,
];
