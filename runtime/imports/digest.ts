// Control path. By which an import is known again.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type pg from 'pg';
import { queryRows } from '../history/client.ts';
import { unreadable } from '../sources/files/bytes.ts';

/** Of a file's bytes. @throws SourceError */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(path, error);
  }
  return `sha256:${hash.digest('hex')}`;
}

/**
 * Of a query's rows, in whatever order they come: how many, and the sums of two hashes of their texts, each with the
 * names of its columns.
 */
export async function queryDigest(
  client: pg.ClientBase,
  query: string,
  columns: readonly string[],
): Promise<string> {
  // `q` alone would be a column of that name. The sum of bigint is a numeric: it does not overflow.
  const sum = (seed: number): string => `coalesce(sum(hashtextextended($1 || (q.*)::text, ${seed})), 0)`;
  const [row] = await queryRows(
    client,
    `select count(*) || '/' || ${sum(0)} || '/' || ${sum(1)} as digest from (${query}) as q`,
    [JSON.stringify(columns)],
  );
  return `rows:${String(row!['digest'])}`;
}
