// Control path. What is written to the history: decoded records, and those that did not decode.
import type { Scalar } from './values.ts';

/** Where a record stands in its log, and when the log took it in: µs, as stamped, not yet made monotone. */
export interface RecordPlace {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly offset: number;
  readonly arrivedAt: number;
}

/** Inner values by column name. */
export type RecordRow = Readonly<Record<string, Scalar | null>>;

/** A record of a stream. */
export interface EventRecord extends RecordPlace {
  readonly kind: 'event';
  readonly row: RecordRow;
}

/** A record of a table's changelog. */
export interface ChangeRecord extends RecordPlace {
  readonly kind: 'change';
  readonly op: 'c' | 'u' | 'd' | 'r' | 't';
  readonly lsn: bigint | null;
  /** µs. */
  readonly commitTime: number;
  /** `after`; of a deletion what is known of the old row, its primary key at least; null for a truncate. */
  readonly row: RecordRow | null;
  /** Columns of `row` that the message left to the version before it. */
  readonly unavailable?: readonly string[];
}

/** A record that did not decode. */
export interface RefusedRecord extends RecordPlace {
  readonly kind: 'refused';
  readonly reason: string;
  readonly column: string | null;
  readonly message: string;
  readonly bytes: Uint8Array | null;
}

/** A record that is about no row, as a tombstone: the history passes over it. */
export interface PassedRecord extends RecordPlace {
  readonly kind: 'passed';
}

export type HistoryRecord = EventRecord | ChangeRecord | RefusedRecord | PassedRecord;
