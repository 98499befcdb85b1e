// What `/status` answers in JSON and `skewless status` prints. Times are ISO 8601, durations seconds.
import type { SourceCounters } from '../engine/record.ts';
import type { SourceHealth } from '../sources/source.ts';
import type { RecentRead } from './recent.ts';

export interface ServiceStatus {
  readonly service: 'skewless';
  readonly version: string;
  /** Of the features that are served. */
  readonly fingerprint: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly at: string;
  readonly ready: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  readonly sources: readonly SourceStatus[];
  readonly state: StateStatus;
  readonly checkpoint: CheckpointStatus;
  /** null: this instance does not archive. */
  readonly archive: ArchiveStatus | null;
  readonly stores: readonly StoreStatus[];
  readonly reads: readonly RecentRead[];
}

export interface SourceStatus {
  readonly name: string;
  /** `kafka`, a file, or null where nothing feeds it. */
  readonly from: string | null;
  readonly health: SourceHealth;
  /** What is amiss. */
  readonly detail: string | null;
  /** Records taken in a second, of the last ten. */
  readonly perSecond: number;
  /** Since the state began. */
  readonly counters: SourceCounters;
  readonly partitions: readonly PartitionStatus[];
}

export interface PartitionStatus {
  /** Name of the topic; null of a file. */
  readonly topic: string | null;
  readonly epoch: number;
  readonly partition: number;
  readonly nextOffset: number;
  /** The next offset to be written; null where it is not known yet. */
  readonly end: number | null;
  /** null where it is not known yet. */
  readonly lagRecords: number | null;
  readonly lagSeconds: number | null;
}

export interface StateStatus {
  readonly bytes: number;
  readonly ceiling: number | null;
  /** Whether the sources wait because of it. */
  readonly paused: boolean;
  /** Resident memory of the process. */
  readonly rss: number;
}

export interface CheckpointStatus {
  readonly directory: string;
  /** When the newest durable one was begun; null: there is none. */
  readonly at: string | null;
  readonly age: number | null;
  readonly bytes: number | null;
  readonly seconds: number | null;
  readonly failures: number;
}

export interface ArchiveStatus {
  /** `waiting`: another instance archives. `stopped`: what `detail` says ended it; it is tried again. */
  readonly role: 'connecting' | 'archiving' | 'waiting' | 'away' | 'stopped';
  readonly detail: string | null;
  /** Rows appended, and transactions that failed, since the process began. */
  readonly rows: number;
  readonly failures: number;
  readonly lagRecords: number | null;
  readonly lagSeconds: number | null;
}

export interface StoreStatus {
  /** `redis`. */
  readonly name: string;
  readonly health: SourceHealth;
  readonly detail: string | null;
  /** Keys written, and writes that failed, since the process began. */
  readonly written: number;
  readonly failures: number;
}
