// Hot path of the archiver: what has been read and decoded, and is not written yet.
import { historyDecoder } from '../history/decode-record.ts';
import type { HistoryRecord } from '../history/records.ts';
import type { StreamProgram } from '../engine/program.ts';
import type { SourceRecord } from '../engine/record.ts';
import type { Batch } from '../sources/source.ts';

export interface PendingLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Collects batches until they are worth a transaction. */
export class Pending {
  readonly #decode: (record: SourceRecord) => HistoryRecord;
  readonly #limits: PendingLimits;
  #records: HistoryRecord[] = [];
  #bytes = 0;

  constructor(program: StreamProgram, limits: PendingLimits) {
    this.#decode = historyDecoder(program);
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  get isFull(): boolean {
    return this.#records.length >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  add({ records }: Batch): void {
    for (let i = 0; i < records.length; i += 1) {
      const record = records[i]!;
      this.#records.push(this.#decode(record));
      const wire = record.encoded ?? record.value;
      if (wire instanceof Uint8Array) this.#bytes += wire.length;
    }
  }

  /** All that waits; afterwards nothing does. */
  take(): readonly HistoryRecord[] {
    const records = this.#records;
    this.#records = [];
    this.#bytes = 0;
    return records;
  }
}
