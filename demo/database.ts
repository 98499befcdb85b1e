// Control path.
import { Kysely, PostgresDialect } from 'kysely';
import { startEmbeddedPostgres } from '../runtime/postgres/embedded.ts';
import { createPool } from '../runtime/postgres/pool.ts';
import type { DemoDatabase } from './history.ts';

/**
 * Runs `work` with an empty database on a private PostgreSQL, which is gone afterwards; it ends with this process
 * too, however that ends.
 */
export async function withDatabase<T>(work: (database: DemoDatabase) => Promise<T>): Promise<T> {
  const server = await startEmbeddedPostgres();
  try {
    const pool = createPool(await server.createDatabase(`skewless_demo_${process.pid}`));
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    try {
      return await work({ db, pool });
    } finally {
      await db.destroy();
    }
  } finally {
    await server.stop();
  }
}
