import type { RefusalReason } from '../decode/refusal.ts';
import type { ChangeRecord, EventRecord } from '../history/records.ts';

/** One record off the wire. */
export interface SourceRecord {
  readonly source: string;
  /** Place in the source's list of topics; 0 unless told otherwise, −1 for imported history. */
  readonly topic?: number;
  readonly epoch?: number;
  readonly partition: number;
  readonly offset: number;
  /** The record's own timestamp in µs; the engine makes it monotone in its partition. */
  readonly arrivedAt: number;
  /** Parsed JSON, or its UTF-8 bytes; null: a tombstone; a refusal where a decoder of the author's could not read it. */
  readonly value: unknown;
  /** The value as it came off the wire, where a decoder stands between: what is kept of it where it is refused. */
  readonly encoded?: Uint8Array;
  /** The message's key, in the same forms. Only a deletion that does not say which row it deletes looks here. */
  readonly key?: unknown;
}

/** One that has been decoded before, as the history keeps it; its arrival is that of its partition, never running backwards. */
export type DecodedRecord = EventRecord | ChangeRecord;

/** Where a record stood. */
export interface RecordPosition {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly offset: number;
}

/**
 * What became of a record. `known`: its offset was consumed before. `tombstone` and `notice`: of a table, a null
 * value or a message that is not about a row; they pass unnoticed.
 */
export type Verdict =
  | { readonly kind: Accepted }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      readonly column: string | null;
      readonly message: string;
      readonly position: RecordPosition;
    };

export type Accepted = 'counted' | 'late' | 'early' | 'repeat' | 'known' | 'tombstone' | 'notice';

/** How many records had which fate, since the state began. */
export interface SourceCounters extends Readonly<Record<Accepted, number>> {
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
}

/** The next offset of one partition. */
export interface FrontierEntry {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly nextOffset: number;
}
