// Control path. Dropping what a stream's retention no longer holds, and saying so to whoever asks for it later.
import type pg from 'pg';
import { queryRows } from './client.ts';
import { instantConstant } from './instants.ts';
import { dropMonthsBefore, historyName, monthOf, monthStart, monthTable, presentMonths } from './months.ts';

export interface Dropped {
  readonly months: number;
  /** What arrived before this is gone, µs. */
  readonly completeFrom: number;
}

/**
 * Drops the months of a stream that are wholly before an instant, and what was refused of it in that time. In a
 * transaction; waits for training sets that read the stream, no longer than the transaction's lock_timeout.
 * @returns null where there were none
 */
export async function dropBefore(
  client: pg.ClientBase,
  source: string,
  before: number,
): Promise<Dropped | null> {
  const month = monthOf(before);
  const completeFrom = monthStart(month);
  const months = await dropMonthsBefore(client, source, month);
  await dropRefusedBefore(client, source, month);
  if (months.length === 0) return null;
  await client.query(
    `insert into "history"."retained" as r (source, complete_from) values ($1, ${instantConstant(completeFrom)})
     on conflict (source) do update set complete_from = greatest(r.complete_from, excluded.complete_from)`,
    [source],
  );
  return { months: months.length, completeFrom };
}

/** Months of what was refused hold records of all sources: one goes when none has any left in it. */
async function dropRefusedBefore(client: pg.ClientBase, source: string, month: number): Promise<void> {
  const old = [...(await presentMonths(client, 'refused'))].filter(each => each < month);
  for (const each of old) {
    const part = historyName(monthTable('refused', each));
    await client.query(`delete from ${part} where source = $1`, [source]);
    const [row] = await queryRows(client, `select exists (select from ${part}) as filled`);
    if (row!['filled'] === false) await client.query(`drop table ${part}`);
  }
}
