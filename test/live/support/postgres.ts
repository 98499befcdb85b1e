import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import { createPool } from '../../../runtime/postgres/pool.ts';
import { restartablePostgres } from '../../archive/support/restartable-postgres.ts';
import type { RestartablePostgres } from '../../archive/support/restartable-postgres.ts';

/** A PostgreSQL of a test's own, to be stopped and started, with a database to look into. */
export interface TestPostgres extends RestartablePostgres {
  /** For `history.url`. */
  readonly url: string;
  readonly pool: pg.Pool;
  readonly db: AnyDatabase;
}

export async function startPostgres(): Promise<TestPostgres> {
  const server = await restartablePostgres();
  const { user, host, database } = server.connection;
  const pool = createPool(server.connection);
  const db: AnyDatabase = new Kysely({ dialect: new PostgresDialect({ pool }) });
  return {
    ...server,
    url: `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}`,
    pool,
    db,
    remove: async () => {
      await db.destroy();
      await server.remove();
    },
  };
}
