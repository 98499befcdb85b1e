// Control path. Which imports there are, by the digests of what they were made of.
import type pg from 'pg';
import { queryRows } from '../history/client.ts';
import { instantConstant } from '../history/instants.ts';
import { writePartitions } from '../history/partitions.ts';
import { importTopic, partitionKey } from '../history/partitions.ts';
import type { Extent } from './take-rows.ts';

/** The number of the import that was made of the same content; null: there is none. */
export async function findImport(
  client: pg.ClientBase,
  source: string,
  digest: string,
): Promise<number | null> {
  const [row] = await queryRows(
    client,
    `select epoch from "history"."imports" where source = $1 and digest = $2 order by epoch limit 1`,
    [source, digest],
  );
  return row === undefined ? null : (row['epoch'] as number);
}

export interface MadeImport {
  readonly source: string;
  readonly epoch: number;
  readonly digest: string;
  /** For the eye. */
  readonly from: string;
  /** µs; null: it was not cut. */
  readonly cut: number | null;
  readonly extent: Extent;
  readonly refused: number;
}

/** Notes an import, and its place in the history's frontier: it is complete. */
export async function noteImport(client: pg.ClientBase, made: MadeImport): Promise<void> {
  const { source, epoch, digest, from, cut, extent, refused } = made;
  const place = { source, topic: importTopic, epoch, partition: 0 };
  const partition = {
    place,
    nextOffset: extent.rows + refused,
    arrivedAt: extent.last ?? -Infinity,
    completeUntil: Infinity,
    promised: Infinity,
    early: null,
  };
  await writePartitions(client, new Map([[partitionKey(place), partition]]));
  await client.query(
    `insert into "history"."imports" (source, epoch, digest, "from", cut, stored, refused)
     values ($1, $2, $3, $4, ${cut === null ? 'null' : instantConstant(cut)}, $5, $6)`,
    [source, epoch, digest, from, extent.rows, refused],
  );
}
