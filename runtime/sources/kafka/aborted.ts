// Hot path where a topic is written in transactions.
import type { AbortedTransaction, FetchedMessage } from './protocol.ts';

/**
 * Tells the records of aborted transactions from others, in one partition of one answer. kafkajs's own filter takes
 * one transaction at a message, in the order they come, and any key of four zero bytes for an abort marker: with
 * several producers it lets aborted records through.
 */
export class AbortedRecords {
  readonly #transactions: { readonly producerId: string; readonly firstOffset: number }[];
  readonly #aborting = new Set<string>();
  #next = 0;

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#transactions = transactions
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) }))
      .sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Messages come in order of offset, control records among them. */
  has({ key, isControlRecord, batchContext }: FetchedMessage, offset: number): boolean {
    for (; this.#next < this.#transactions.length; this.#next += 1) {
      const { producerId, firstOffset } = this.#transactions[this.#next]!;
      if (firstOffset > offset) break;
      this.#aborting.add(producerId);
    }
    if (batchContext === undefined || !batchContext.inTransaction) return false;
    if (!isControlRecord) return this.#aborting.has(batchContext.producerId);
    if (isAbortMarker(key)) this.#aborting.delete(batchContext.producerId);
    return false;
  }
}

/** The key of a control record: its version and its type, 16 bits each; type 0 aborts, 1 commits. */
function isAbortMarker(key: Buffer | null): boolean {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}
