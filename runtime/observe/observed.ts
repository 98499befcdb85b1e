// What the service shows of itself when it is asked: for metrics and for `skewless status`.
import type { SourceCounters } from '../engine/record.ts';
import type { SourceHealth } from '../sources/source.ts';

/** Asked at each scrape, never in between. */
export interface Observed {
  /** Of each source: `Engine.counters`. */
  counters(): Readonly<Record<string, SourceCounters>>;
  /** By group and feature: `Engine.notFinite`. */
  notFinite(): Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How far the state is behind its logs, by partition. */
  lag(): readonly LagReading[];
  /** By what is read or written: `kafka`, `files`, `redis`, `postgres`. */
  health(): Readonly<Record<string, SourceHealth>>;
  state(): StateReading;
  checkpoint(): CheckpointReading;
  /** null: this instance does not archive. */
  archive(): ArchiveReading | null;
  ready(): boolean;
}

export interface LagReading {
  readonly source: string;
  /** Place in the source's list of topics. */
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  /** Records in the log that are not here. */
  readonly records: number;
  /** Age of the oldest of them; 0 where there is none, Infinity where nothing is known. */
  readonly seconds: number;
}

export interface StateReading {
  /** Held in memory. */
  readonly bytes: number;
  /** null: none. */
  readonly ceiling: number | null;
  /** Whether the sources wait because of it. */
  readonly paused: boolean;
}

export interface CheckpointReading {
  /** Since the newest one that is durable was begun, seconds; null: there is none. */
  readonly age: number | null;
  /** Its size; null: there is none. */
  readonly bytes: number | null;
}

export interface ArchiveReading {
  /** Whether this instance is the one that archives; false: another is. */
  readonly active: boolean;
  readonly lag: readonly LagReading[];
}
