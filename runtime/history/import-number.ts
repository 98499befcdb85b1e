// Control path. Imports of a source are numbered: the number is the epoch of their records.
import type pg from 'pg';
import { queryRows } from './client.ts';
import { importTopic } from './partitions.ts';

/** No other import begins before this transaction has ended. */
export async function lockImports(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('skewless reingest', 0))`);
}

/** The number of the next import: never that of one that was dropped. Under {@link lockImports}. */
export async function nextImport(client: pg.ClientBase, source: string): Promise<number> {
  const [row] = await queryRows(
    client,
    `select coalesce(max(epoch), 0) + 1 as next from (
       select epoch from "history"."frontier" where source = $1 and topic = ${importTopic}
       union all select epoch from "history"."imports" where source = $1) as taken`,
    [source],
  );
  return row!['next'] as number;
}
