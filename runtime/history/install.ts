// Control path.
import type pg from 'pg';
import type { SqlProgram } from './program.ts';
import { runAll } from './session.ts';
import type { AnyDatabase } from './session.ts';

/**
 * Makes a database ready for a program, or brings it up to a later one; all or nothing.
 * @throws where the server is too old, or a table of the history cannot be brought up: the server's error, of code
 * {@link cannotAdopt}, which says what to do
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

/** The SQLSTATE of a server, or a history on it, that is of another version than what is to be installed. */
export const cannotAdopt = 'SK001';

/** Up to PostgreSQL 13 `extract` yields a double, which does not hold every instant, and `enable_memoize` is unknown. */
const oldestServer = 14;

/** A statement that fails on a server of before `oldest`; nothing else is asked of that server. */
export const refuseOlder = (oldest: number): string => `do $server$
begin
  if current_setting('server_version_num')::integer < ${oldest}0000 then
    raise exception 'the server is PostgreSQL %: skewless needs ${oldest} or later', split_part(current_setting('server_version'), ' ', 1)
      using errcode = '${cannotAdopt}';
  end if;
end
$server$`;

/** One at a time: two that replace the same function at once would fail. */
const statements = ({ schema }: SqlProgram): readonly string[] => [
  refuseOlder(oldestServer),
  `select pg_advisory_xact_lock(hashtextextended('skewless schema', 0))`,
  ...schema,
];
