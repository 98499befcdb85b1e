// Control path. A month that is not there yet is filled before its indexes are built and it is attached: that is several
// times as fast as row by row into indexes, and hinders nobody who reads.
import type pg from 'pg';
import { instantConstant } from '../history/instants.ts';
import { historyName, monthStart, monthTable } from '../history/months.ts';
import type { Month } from '../history/months.ts';
import type { SqlSource } from '../history/program.ts';

/** Until this transaction ends nobody else makes months of the source. */
export async function lockMonths(client: pg.ClientBase, { name }: SqlSource): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`skewless months of ${name}`]);
}

export const tableOfMonth = ({ name }: SqlSource, month: Month): string =>
  historyName(monthTable(name, month));

/** Without indexes, and no partition yet. */
export async function makeMonthApart(client: pg.ClientBase, source: SqlSource, month: Month): Promise<void> {
  await client.query(
    `create table ${tableOfMonth(source, month)} (like ${source.table} including all excluding indexes)`,
  );
}

/** Builds the indexes as well. */
export async function attachMonth(client: pg.ClientBase, source: SqlSource, month: Month): Promise<void> {
  const [from, to] = [month, month + 1].map(each => instantConstant(monthStart(each)));
  await client.query(
    `alter table ${source.table} attach partition ${tableOfMonth(source, month)} for values from (${from}) to (${to})`,
  );
}
