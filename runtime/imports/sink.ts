// Where the rows of an import go.
import type { StoredRecord } from '../history/copy.ts';

export interface RowSink {
  /** Rows in the order they are read in. @throws OutOfOrder where this one takes none that is early */
  add(record: StoredRecord, arrivedAt: number): void;
  /** All rows have been added. */
  end(): void;
}

/** A row arrived before the one that stands before it: the rows have to be sorted. */
export class OutOfOrder extends Error {
  override readonly name = 'OutOfOrder';
}
