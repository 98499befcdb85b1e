// The one interface of all sources.
import type { FrontierEntry, SourceRecord } from '../engine/record.ts';

/**
 * Records of one partition of one source, in order of offset, without gaps but those the log itself has. There may be
 * none: then the log holds nothing for us before `next`, or reading begins there.
 */
export interface Batch {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly records: readonly SourceRecord[];
  /**
   * The offset to go on from: behind the last record, and behind what follows it and is no record for us (markers of
   * transactions, aborted records, records that compaction took). Absent: right behind the last record.
   */
  readonly next?: number;
  /** Where the partition's log ended when the batch was fetched: the next offset to be written. */
  readonly end: number;
}

/** Where the log of one partition ends, as last seen. */
export interface PartitionEnd {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  /** The next offset to be written. */
  readonly end: number;
  /** When that was so, by this process's clock, µs; −Infinity: the end has not been seen yet. */
  readonly seenAt: number;
}

/** `away`: the servers cannot be reached, and are being tried again. */
export type SourceHealth = 'connecting' | 'running' | 'away' | 'stopped';

/** What a source does beside handing over records. */
export interface SourceEvents {
  health(health: SourceHealth, detail: string | null): void;
}

/**
 * Reads logs. One adapter may read several sources (one Kafka cluster, all topics of a program).
 *
 * True positions are those of the state that takes the records: the adapter starts where it is told, and what it
 * commits outward is for display.
 */
export interface RecordSource {
  /**
   * Reads from `from` on (partitions that it does not name: from where the configuration says) and hands over
   * batch by batch. The promise of `take` is the backpressure: no batch comes before the one before it is taken.
   * Settles when `close` is called, or when a bounded source (a file) has ended.
   * @throws SourceError where going on would give a wrong answer; what can be waited out is waited out
   */
  run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void>;
  /** Hands over nothing until `resume`. */
  pause(): void;
  resume(): void;
  /** Shows outside how far the state has durably come. Never fails: it is for display. */
  commit(frontier: readonly FrontierEntry[]): Promise<void>;
  /** All partitions known, and where they end. */
  ends(): readonly PartitionEnd[];
  close(): Promise<void>;
}

/** The source cannot go on without a wrong answer; the message says what to do. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
