// Control path. From the staging tables into the history, in order of (arrival, row).
import type pg from 'pg';
import { queryRows } from '../history/client.ts';
import { instantConstant } from '../history/instants.ts';
import { makeMonths, monthOf, monthStart, presentMonths } from '../history/months.ts';
import { importTopic } from '../history/partitions.ts';
import type { SqlSource } from '../history/program.ts';
import { quoteIdentifier } from '../history/relations.ts';
import { attachMonth, lockMonths, makeMonthApart, tableOfMonth } from './month-apart.ts';
import { stagedRefused } from './refused-rows.ts';
import { stagedRows } from './staged-rows.ts';
import type { Extent } from './take-rows.ts';

/** Stores what has been staged, as an import of this number, in order of (arrival, row). */
export async function placeRows(
  client: pg.ClientBase,
  source: SqlSource,
  epoch: number,
  { first, last }: Extent,
): Promise<void> {
  if (first === null || last === null) return;
  if (source.kind === 'table') {
    await insertRows(client, source, source.table, epoch, 0, 'true');
    return;
  }
  await client.query(`create index on ${stagedRows} using brin (_arrived_at)`);
  await lockMonths(client, source);
  const present = await presentMonths(client, source.name);
  let offset = 0;
  for (let month = monthOf(first); month <= monthOf(last); month += 1) {
    const [from, to] = [month, month + 1].map(each => instantConstant(monthStart(each)));
    const ofMonth = `s._arrived_at >= ${from} and s._arrived_at < ${to}`;
    if (present.has(month)) {
      offset += await insertRows(client, source, source.table, epoch, offset, ofMonth);
    } else if (await isStaged(client, ofMonth)) {
      await makeMonthApart(client, source, month);
      offset += await insertRows(client, source, tableOfMonth(source, month), epoch, offset, ofMonth);
      await attachMonth(client, source, month);
    }
  }
}

async function isStaged(client: pg.ClientBase, condition: string): Promise<boolean> {
  const [row] = await queryRows(
    client,
    `select exists (select from ${stagedRows} as s where ${condition}) as found`,
  );
  return row!['found'] === true;
}

async function insertRows(
  client: pg.ClientBase,
  { kind, columns }: SqlSource,
  into: string,
  epoch: number,
  offset: number,
  condition: string,
): Promise<number> {
  const own = [
    ...columns.map(({ name }) => quoteIdentifier(name)),
    ...['_arrived_at', ...(kind === 'table' ? ['_op', '_lsn', '_commit_time', '_unavailable'] : [])],
  ];
  const order = 's._arrived_at, s._offset';
  const { rowCount } = await client.query(
    `insert into ${into} (${own.join(', ')}, _topic, _epoch, _partition, _offset)
     select ${own.map(name => `s.${name}`).join(', ')}, ${importTopic}, ${epoch}, 0, ${offset} - 1 + row_number() over (order by ${order})
     from ${stagedRows} as s where ${condition} order by ${order}`,
  );
  return rowCount ?? 0;
}

/**
 * What did not decode, numbered behind what did. A row that told no arrival has that of the first that did.
 * @param cut only those before it, µs; null: all
 */
export async function placeRefused(
  client: pg.ClientBase,
  { name }: SqlSource,
  epoch: number,
  cut: number | null,
  { rows, first }: Extent,
): Promise<number> {
  if (first === null) return 0;
  const arrived = `case when s.arrived_at = '-infinity' then ${instantConstant(first)} else s.arrived_at end`;
  const condition = cut === null ? 'true' : `(${arrived}) < ${instantConstant(cut)}`;
  const months = await queryRows(
    client,
    `select distinct "skewless".us(date_trunc('month', ${arrived}, 'UTC')) as us from ${stagedRefused} as s where ${condition}`,
  );
  await makeMonths(
    client,
    'refused',
    months.map(({ us }) => monthOf(Number(us))),
  );
  const { rowCount } = await client.query(
    `insert into "history"."refused" (source, topic, epoch, partition, "offset", reason, "column", message, bytes, arrived_at)
     select $1, ${importTopic}, ${epoch}, 0, ${rows} - 1 + row_number() over (order by ${arrived}, s.row),
       s.reason, s."column", s.message, s.bytes, ${arrived}
     from ${stagedRefused} as s where ${condition}`,
    [name],
  );
  return rowCount ?? 0;
}
