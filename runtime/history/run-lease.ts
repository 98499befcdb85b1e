// Control path. Of those who would work at one training run, one does.
import type pg from 'pg';

/** The right to work at a run. The server takes it back when the connection that holds it ends. */
export interface Lease {
  end(): Promise<void>;
}

/** A holder that was killed is missed by the server no later than this. */
const patience = '2s';
/** SQLSTATE lock_not_available. */
const notAvailable = '55P03';

/** What the server is asked to lock, hashed. */
export const runLock = (id: string): string => `skewless training run ${id}`;

/** @throws where another has it */
export async function takeRun(pool: pg.Pool, id: string): Promise<Lease> {
  const client = await pool.connect();
  // Who computes will learn of a lost connection; here it only must not end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  const key = [runLock(id)];
  try {
    await client.query(`set lock_timeout = '${patience}'`);
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', key);
    await client.query('reset lock_timeout');
  } catch (error) {
    client.release(true);
    if (error instanceof Error && (error as { code?: unknown }).code === notAvailable)
      throw new Error(`another process is at work at the training run ${id}`, { cause: error });
    throw error;
  }
  let isOver = false;
  return {
    async end() {
      if (isOver) return;
      isOver = true;
      try {
        await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', key);
        client.off('error', ignore);
        client.release();
      } catch {
        client.release(true);
      }
    },
  };
}
