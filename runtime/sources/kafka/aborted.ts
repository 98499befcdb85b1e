// Hot path where a topic is written in transactions.
import type { AbortedTransaction } from './protocol.ts';
import { ByteReader } from './byte-reader.ts';
import type { RecordBatch } from './record-batch.ts';

/** Tells the batches of aborted transactions from others, in one partition of one answer. */
export class AbortedBatches {
  readonly #transactions: readonly AbortedTransaction[];
  readonly #aborting = new Set<bigint>();
  #next = 0;

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#transactions = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Batches come in order of offset, those of markers among them. */
  has(batch: RecordBatch): boolean {
    for (; this.#next < this.#transactions.length; this.#next += 1) {
      const { producerId, firstOffset } = this.#transactions[this.#next]!;
      if (firstOffset > batch.lastOffset) break;
      this.#aborting.add(producerId);
    }
    if (!batch.inTransaction) return false;
    if (!batch.isControl) return this.#aborting.has(batch.producerId);
    if (isAbortMarker(batch)) this.#aborting.delete(batch.producerId);
    return false;
  }
}

/** The key of its one record: a version and a type, 16 bits each; type 0 aborts, 1 commits. */
function isAbortMarker({ count, bytes }: RecordBatch): boolean {
  if (count < 1) return false;
  const reader = new ByteReader(bytes);
  reader.varint();
  reader.int8();
  reader.varint();
  reader.varint();
  const key = reader.varbytes();
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}
