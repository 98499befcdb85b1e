// Hot path of an import. Rows that come in any order, to a temporary table of the import's transaction: PostgreSQL sorts
// them there.
import type pg from 'pg';
import type { RowPlace } from '../history/copy.ts';
import { importTopic } from '../history/partitions.ts';
import type { SqlSource } from '../history/program.ts';
import { RowBatches } from './row-batches.ts';
import type { RowSink } from './sink.ts';
import type { WriteQueue } from './write-queue.ts';

/** As in the history, `_offset` being the row's place in the file. */
export const stagedRows = '"skewless_import"';

export async function stagingRows(
  client: pg.ClientBase,
  queue: WriteQueue,
  source: SqlSource,
): Promise<RowSink> {
  await client.query(
    `create temporary table ${stagedRows} (like ${source.table} including defaults) on commit drop`,
  );
  const batches = new RowBatches(client, queue, source, stagedRows);
  const place: { -readonly [Key in keyof RowPlace]: RowPlace[Key] } = {
    ...{ topic: importTopic, epoch: 0, partition: 0, offset: 0 },
  };
  return {
    add(record, arrivedAt) {
      place.offset = record.offset;
      batches.add(record, place, arrivedAt);
    },
    end: () => batches.flush(),
  };
}
