// Hot path of an import. Rows that come in order of their arrival, straight into the history: their places are counted.
import type pg from 'pg';
import type { StoredRecord } from '../history/copy.ts';
import { monthOf, monthStart, presentMonths } from '../history/months.ts';
import type { Month } from '../history/months.ts';
import { importTopic } from '../history/partitions.ts';
import type { SqlSource } from '../history/program.ts';
import { attachMonth, lockMonths, makeMonthApart, tableOfMonth } from './month-apart.ts';
import { RowBatches } from './row-batches.ts';
import { OutOfOrder } from './sink.ts';
import type { RowSink } from './sink.ts';
import type { WriteQueue } from './write-queue.ts';

/** @param epoch the number of the import */
export async function orderedRows(
  client: pg.ClientBase,
  queue: WriteQueue,
  source: SqlSource,
  epoch: number,
): Promise<RowSink> {
  if (source.kind === 'table') return new OrderedRows(client, queue, source, epoch, null);
  await lockMonths(client, source);
  return new OrderedRows(client, queue, source, epoch, await presentMonths(client, source.name));
}

class OrderedRows implements RowSink {
  readonly #client: pg.ClientBase;
  readonly #queue: WriteQueue;
  readonly #source: SqlSource;
  readonly #batches: RowBatches;
  /** Null: the source's table has none. */
  readonly #present: ReadonlySet<Month> | null;
  readonly #place: { topic: number; epoch: number; partition: number; offset: number };
  #last = -Infinity;
  #monthEnd: number;
  /** What is being filled, to be attached; null: rows go to the table itself. */
  #apart: Month | null = null;

  constructor(
    client: pg.ClientBase,
    queue: WriteQueue,
    source: SqlSource,
    epoch: number,
    present: ReadonlySet<Month> | null,
  ) {
    this.#client = client;
    this.#queue = queue;
    this.#source = source;
    this.#batches = new RowBatches(client, queue, source, source.table);
    this.#present = present;
    this.#place = { topic: importTopic, epoch, partition: 0, offset: 0 };
    this.#monthEnd = present === null ? Infinity : -Infinity;
  }

  add(record: StoredRecord, arrivedAt: number): void {
    if (arrivedAt < this.#last) throw new OutOfOrder(`row ${record.offset} arrived before the one before it`);
    this.#last = arrivedAt;
    if (arrivedAt >= this.#monthEnd) this.#turnTo(monthOf(arrivedAt));
    this.#batches.add(record, this.#place, arrivedAt);
    this.#place.offset += 1;
  }

  end(): void {
    this.#batches.flush();
    this.#attach();
  }

  #turnTo(month: Month): void {
    this.end();
    this.#monthEnd = monthStart(month + 1);
    if (this.#present?.has(month) === true) {
      this.#batches.turnTo(this.#source.table);
      return;
    }
    this.#apart = month;
    this.#queue.add(0, () => makeMonthApart(this.#client, this.#source, month));
    this.#batches.turnTo(tableOfMonth(this.#source, month));
  }

  #attach(): void {
    const month = this.#apart;
    if (month === null) return;
    this.#apart = null;
    this.#queue.add(0, () => attachMonth(this.#client, this.#source, month));
  }
}
