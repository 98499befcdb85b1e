// Control path.
import type pg from 'pg';
import type { SqlProgram } from './program.ts';
import { runAll } from './session.ts';
import type { AnyDatabase } from './session.ts';

/**
 * Makes a database ready for a program, or brings it up to a later one; all or nothing.
 * @throws where the server is too old, the database is not in UTF-8, or a table of the history cannot be brought up: the
 * server's error, of code {@link cannotAdopt}, which says what to do
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

/** The SQLSTATE of a server, or of a history on it, that was made for something else. */
export const cannotAdopt = 'SK001';

/** Up to PostgreSQL 13 `extract` yields a double, which does not hold every instant, and `enable_memoize` is unknown. */
const oldestServer = 14;

/** A statement that fails where no history can be; nothing else is asked of such a server. */
export const checkServer = (oldest: number): string => `do $server$
begin
  if current_setting('server_version_num')::integer < ${oldest}0000 then
    raise exception 'the server is PostgreSQL %: skewless needs ${oldest} or later', split_part(current_setting('server_version'), ' ', 1)
      using errcode = '${cannotAdopt}';
  end if;
  if getdatabaseencoding() <> 'UTF8' then
    raise exception 'the database % is of encoding %: skewless needs UTF8', current_database(), getdatabaseencoding()
      using errcode = '${cannotAdopt}', hint = 'Make it by: create database ... template template0 encoding ''UTF8''';
  end if;
end
$server$`;

/** One at a time: two that replace the same function at once would fail. */
const statements = ({ schema }: SqlProgram): readonly string[] => [
  checkServer(oldestServer),
  `select pg_advisory_xact_lock(hashtextextended('skewless schema', 0))`,
  ...schema,
];
