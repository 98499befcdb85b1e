// Control path. The keys of a group that the history has.
import { sql } from 'kysely';
import { feedRows } from '../history/features-query.ts';
import type { SqlGroup } from '../history/program.ts';
import { quoteIdentifier } from '../history/relations.ts';
import { readingTransaction } from '../history/session.ts';
import type { AnyDatabase } from '../history/session.ts';
import { decode } from '../history/values.ts';
import type { Scalar } from '../history/values.ts';

export type Key = Readonly<Record<string, Scalar>>;

const relation = sql.raw('"skewless_keys"');

/**
 * Every key of which some record tells, each once, in pages; of records that arrived after a frontier too, where a read
 * at that frontier finds nothing. Holds a transaction meanwhile.
 */
export async function eachHistoryKey(
  db: AnyDatabase,
  group: SqlGroup,
  page: number,
  take: (keys: readonly Key[]) => Promise<void>,
): Promise<void> {
  await readingTransaction(db, [], async trx => {
    const parts = group.feeds.map(feed => {
      const columns = feed.keys.map(
        (key, place) => `r.${quoteIdentifier(key)} as ${quoteIdentifier(group.keys[place]!.name)}`,
      );
      return sql`select ${sql.raw(columns.join(', '))} from ${feedRows(feed)}`;
    });
    await sql`create temporary table ${relation} on commit drop as
      select k.*, row_number() over () as "#" from (${sql.join(parts, sql` union `)}) as k`.execute(trx);
    await sql`create index on ${relation} ("#")`.execute(trx);
    for (let from = 0; ; from += page) {
      const { rows } = await sql<Readonly<Record<string, unknown>>>`
        select k.* from ${relation} as k where k."#" > ${from} and k."#" <= ${from + page}`.execute(trx);
      if (rows.length === 0) return;
      await take(
        rows.map(row => {
          const key = group.keys.map(({ name, type }) => [name, decode(type, row[name]) as Scalar] as const);
          return Object.fromEntries(key);
        }),
      );
    }
  });
}
