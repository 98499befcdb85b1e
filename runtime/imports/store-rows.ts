// Control path. Rows into the history in order of (arrival, row). Mostly they come in that order, and go straight to
// their places; where one does not, all that was written is taken back, and they are read again to be sorted.
import type pg from 'pg';
import type { SqlSource } from '../history/program.ts';
import type { FileRow } from '../sources/files/rows.ts';
import type { Limits } from './cut.ts';
import type { DecodedRow } from './decode-rows.ts';
import type { RefusedReason } from './options.ts';
import { orderedRows } from './ordered-rows.ts';
import { placeRows } from './place.ts';
import { makeRefusedStage, RefusedRows } from './refused-rows.ts';
import type { ImportRows } from './rows.ts';
import { OutOfOrder } from './sink.ts';
import type { RowSink } from './sink.ts';
import { stagingRows } from './staged-rows.ts';
import { takeRows } from './take-rows.ts';
import type { Taken } from './take-rows.ts';
import { WriteQueue } from './write-queue.ts';

/** What it takes to go through the rows, once or again. */
export interface Pass {
  readonly rows: ImportRows;
  readonly decoder: () => (row: FileRow) => DecodedRow;
  readonly limits: Limits;
  readonly progress: (rows: number) => void;
}

export interface Counted extends Taken {
  /** Of the rows that did not decode, most frequent first. */
  readonly reasons: readonly RefusedReason[];
}

/** What would be stored. */
export async function countRows(client: pg.ClientBase, source: SqlSource, pass: Pass): Promise<Counted> {
  const refused = new RefusedRows(client, null);
  const taken = await takeRows({
    ...takingOf(source, pass),
    sink: null,
    refused,
    room: async () => undefined,
  });
  return { ...taken, reasons: refused.reasons };
}

/** Stores what decodes, and stages what does not ({@link makeRefusedStage}). In a transaction. */
export async function storeRows(
  client: pg.ClientBase,
  source: SqlSource,
  epoch: number,
  pass: Pass,
): Promise<Counted> {
  await client.query('savepoint unsorted');
  try {
    return await writeRows(client, source, pass, queue => orderedRows(client, queue, source, epoch));
  } catch (error) {
    if (!(error instanceof OutOfOrder)) throw error;
  }
  await client.query('rollback to savepoint unsorted');
  const counted = await writeRows(client, source, pass, queue => stagingRows(client, queue, source));
  await placeRows(client, source, epoch, counted.extent);
  return counted;
}

async function writeRows(
  client: pg.ClientBase,
  source: SqlSource,
  pass: Pass,
  sinkOn: (queue: WriteQueue) => Promise<RowSink>,
): Promise<Counted> {
  const queue = new WriteQueue();
  try {
    await makeRefusedStage(client);
    const refused = new RefusedRows(client, queue);
    const sink = await sinkOn(queue);
    const taken = await takeRows({ ...takingOf(source, pass), sink, refused, room: () => queue.room() });
    await queue.end();
    return { ...taken, reasons: refused.reasons };
  } finally {
    await queue.stop();
  }
}

const takingOf = (source: SqlSource, { rows, decoder, limits, progress }: Pass) => ({
  ...{ source, rows: rows.read(), decode: decoder(), limits, progress },
});
