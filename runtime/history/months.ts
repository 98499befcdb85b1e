// Control path. The history of a stream, and what was refused, lie in months of arrival (UTC): old ones are dropped
// whole, and a training set looks at none that cannot matter.
//
// A month is made apart and then attached, which hinders nobody; made as a partition at once, it would wait for every
// training set that is being read, and all others would wait for it.
import type pg from 'pg';
import { queryRows } from './client.ts';
import { instantConstant } from './instants.ts';
import { quoteIdentifier, quoteText } from './relations.ts';

/** Months since January of year 0. */
export type Month = number;

export function monthOf(us: number): Month {
  const date = new Date(Math.floor(us / 1000));
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The instant it begins, µs. */
export const monthStart = (month: Month): number => Date.UTC(Math.floor(month / 12), month % 12) * 1000;

/** `flights_y2026m11`. */
export function monthTable(table: string, month: Month): string {
  const number = String((month % 12) + 1).padStart(2, '0');
  return `${table}_y${Math.floor(month / 12)}m${number}`;
}

/** The months of these arrivals, each once. Neighbours are mostly of the same one. */
export function monthsOf(arrivals: readonly number[]): readonly Month[] {
  const months = new Set<Month>();
  let [start, end] = [Infinity, -Infinity];
  for (const arrival of arrivals) {
    if (arrival >= start && arrival < end) continue;
    const month = monthOf(arrival);
    months.add(month);
    [start, end] = [monthStart(month), monthStart(month + 1)];
  }
  return [...months].sort((a, b) => a - b);
}

/**
 * Makes the months that are not there. In a transaction.
 * @param table of the schema `history`, unquoted
 */
export async function makeMonths(
  client: pg.ClientBase,
  table: string,
  months: readonly Month[],
): Promise<void> {
  if (months.length === 0) return;
  const missing = async (): Promise<readonly Month[]> => {
    const present = await presentMonths(client, table);
    return months.filter(month => !present.has(month));
  };
  if ((await missing()).length === 0) return;
  // Of two that lack the same month one makes it; the other sees it afterwards.
  await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `skewless months of ${table}`,
  ]);
  for (const month of await missing()) {
    const parent = historyName(table);
    const part = historyName(monthTable(table, month));
    const [from, to] = [month, month + 1].map(each => instantConstant(monthStart(each)));
    await client.query(
      `create table ${part} (like ${parent} including all);
       alter table ${parent} attach partition ${part} for values from (${from}) to (${to})`,
    );
  }
}

/** Drops whole months before an instant. In a transaction; waits for who reads the table. @returns which */
export async function dropMonthsBefore(
  client: pg.ClientBase,
  table: string,
  before: Month,
): Promise<readonly Month[]> {
  const old = [...(await presentMonths(client, table))].filter(month => month < before);
  for (const month of old) await client.query(`drop table ${historyName(monthTable(table, month))}`);
  return old.sort((a, b) => a - b);
}

export async function presentMonths(client: pg.ClientBase, table: string): Promise<ReadonlySet<Month>> {
  return monthsIn(await queryRows(client, monthsQuery(table)));
}

/** The names of the tables of months, for {@link monthsIn}. */
export const monthsQuery = (table: string): string =>
  `select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
   where i.inhparent = ${quoteText(historyName(table))}::regclass`;

export function monthsIn(rows: readonly Readonly<Record<string, unknown>>[]): ReadonlySet<Month> {
  const pattern = /_y(\d{4})m(\d{2})$/;
  return new Set(
    rows.flatMap(({ name }) => {
      const found = pattern.exec(name as string);
      return found === null ? [] : [Number(found[1]) * 12 + Number(found[2]) - 1];
    }),
  );
}

export const historyName = (table: string): string => `"history".${quoteIdentifier(table)}`;
