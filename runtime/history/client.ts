// Control path. What writes to the history holds a connection of its own: COPY is no statement of a query builder.
import type pg from 'pg';

/**
 * Runs in one transaction. Each of its statements sees what was committed before it: who waited for a lock sees what
 * its holder wrote.
 */
export async function inTransaction<T>(client: pg.ClientBase, run: () => Promise<T>): Promise<T> {
  await client.query(
    `begin isolation level read committed read write; set local timezone = 'UTC'; set local datestyle = 'ISO'`,
  );
  try {
    const result = await run();
    await client.query('commit');
    return result;
  } catch (error) {
    // Of a lost connection there is nothing left to roll back.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** {@link inTransaction} on a connection of a pool. */
export async function withTransaction<T>(
  pool: pg.Pool,
  run: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    const result = await inTransaction(client, () => run(client));
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}

/** Rows of a query with `$1…`. */
export async function queryRows(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await client.query<Record<string, unknown>>(text, [...values])).rows;
}
