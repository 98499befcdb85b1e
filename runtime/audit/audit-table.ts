// Control path. The audit log's tables: `history.audit` has the reads, and `history.audit_frontier` what they knew,
// each frontier once.
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { withTransaction } from '../history/client.ts';
import { instantOf } from '../history/instants.ts';
import type { LoggedRead } from './logged-read.ts';

/**
 * A frontier that is used again is noted as late as this, so that not every batch writes to it; it is kept that much
 * longer than the reads.
 */
const SLACK = '1 hour';

/** Appends reads, in one transaction with the frontiers they name. As JSON, which costs the sender least. */
export async function appendReads(pool: pg.Pool, reads: readonly LoggedRead[]): Promise<void> {
  const frontiers = new Map<string, { readonly place: number; readAt: number }>();
  const rows = reads.map(({ frontier, ...read }) => {
    const known = frontiers.get(frontier) ?? { place: frontiers.size + 1, readAt: read.readAt };
    known.readAt = Math.max(known.readAt, read.readAt);
    frontiers.set(frontier, known);
    return { ...read, frontier: known.place };
  });
  const positions = [...frontiers].map(([text, { readAt }]) => ({ text, readAt }));
  const ids = positions.map(({ text }) => createHash('sha256').update(text).digest('hex'));
  await withTransaction(pool, async client => {
    await client.query(
      `insert into "history"."audit_frontier" as f (id, positions, last_read_at)
       select sha256(convert_to(n.text, 'UTF8')), n.text, ${instantOf('n."readAt"')}
       from json_to_recordset($1::json) as n(text text, "readAt" bigint) order by 1
       on conflict (id) do update set last_read_at = excluded.last_read_at
       where f.last_read_at < excluded.last_read_at - interval '${SLACK}'`,
      [JSON.stringify(positions)],
    );
    await client.query(
      `insert into "history"."audit" (read_at, kind, name, fingerprint, request, t, frontier, "values")
       select ${instantOf('n."readAt"')}, n.kind, n.name, n.fingerprint, n.request, n.t,
         decode(($2::text[])[n.frontier], 'hex'), n."values"
       from json_to_recordset($1::json) as n("readAt" bigint, kind text, name text, fingerprint text,
         request text, t bigint, frontier integer, "values" text)`,
      [JSON.stringify(rows), ids],
    );
  });
}

/** Forgets the reads before an instant, µs, and the frontiers that none names any more. @returns how many reads */
export async function forgetReads(pool: pg.Pool, before: number): Promise<number> {
  const instant = instantOf('$1::bigint');
  const { rowCount } = await pool.query(`delete from "history"."audit" where read_at < ${instant}`, [
    String(before),
  ]);
  await pool.query(
    `delete from "history"."audit_frontier" where last_read_at < ${instant} - interval '${SLACK}'`,
    [String(before)],
  );
  return rowCount ?? 0;
}
