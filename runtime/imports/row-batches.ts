// Hot path of an import. Rows of one source to a table, a COPY for every megabyte of them.
import type pg from 'pg';
import { CopyBuffer } from '../history/copy-buffer.ts';
import { copyHeader, copyTrailer, recordsTarget, recordWriter, send } from '../history/copy.ts';
import type { RecordWriter, RowPlace, StoredRecord } from '../history/copy.ts';
import type { SqlSource } from '../history/program.ts';
import type { WriteQueue } from './write-queue.ts';

const batchBytes = 1024 * 1024;

export class RowBatches {
  readonly #client: pg.ClientBase;
  readonly #queue: WriteQueue;
  readonly #source: SqlSource;
  readonly #write: RecordWriter;
  readonly #buffer = new CopyBuffer(batchBytes);
  #table: string;

  /** @param table quoted, with the columns of the source's own */
  constructor(client: pg.ClientBase, queue: WriteQueue, source: SqlSource, table: string) {
    this.#client = client;
    this.#queue = queue;
    this.#source = source;
    this.#write = recordWriter(source);
    this.#table = table;
  }

  add(record: StoredRecord, place: RowPlace, arrival: number): void {
    this.#write(this.#buffer, record, place, arrival);
    if (this.#buffer.isFull) this.flush();
  }

  /** Rows from here on go to another table. */
  turnTo(table: string): void {
    this.flush();
    this.#table = table;
  }

  flush(): void {
    if (this.#buffer.length === 0) return;
    this.#buffer.int2(copyTrailer);
    const bytes = this.#buffer.take();
    const target = recordsTarget({ ...this.#source, table: this.#table });
    this.#queue.add(bytes.length, () => send(this.#client, target, [copyHeader, bytes]));
  }
}
