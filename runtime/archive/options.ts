// What an archiver is told, and what it tells.
import type { Logger } from 'pino';
import type { StreamProgram } from '../engine/program.ts';
import type { EarlyArrivals } from '../history/partitions.ts';
import type { SqlProgram } from '../history/program.ts';
import type { PostgresConnection } from '../postgres/pool.ts';
import type { RecordSource } from '../sources/source.ts';

/**
 * `waiting`: another replica archives; this one takes over when that one ends. `away`: PostgreSQL does not take what
 * there is, and is being tried again.
 */
export type ArchiveHealth = 'connecting' | 'waiting' | 'archiving' | 'away' | 'stopped';

/** One transaction that was committed. */
export interface ArchiveCommit {
  readonly stored: number;
  readonly refused: number;
  readonly passed: number;
  readonly known: number;
  /** From its first statement on, ms; of the attempt that succeeded. */
  readonly milliseconds: number;
  /** Where the history stands now, in the partitions that this archiver has read. */
  readonly positions: readonly ArchivePosition[];
}

export interface ArchivePosition {
  readonly source: string;
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  readonly nextOffset: number;
}

export interface ArchiveEvents {
  health(health: ArchiveHealth, detail: string | null): void;
  committed(commit: ArchiveCommit): void;
  /** An attempt to write failed, and will be made again. */
  failed(message: string): void;
  /** Records came after it had been said that all of their time were in: see `AppendResult.early`. */
  early(arrivals: EarlyArrivals): void;
  /** Months of a stream were dropped; what arrived before `completeFrom`, µs, is gone. */
  dropped(source: string, months: number, completeFrom: number): void;
}

export interface ArchiveOptions {
  /** Decodes. */
  readonly program: StreamProgram;
  /** Says where what was decoded goes. */
  readonly sql: SqlProgram;
  /** A source that nobody else reads, made anew each time that this archiver's turn comes. */
  readonly source: () => RecordSource;
  /** A connection straight to the server: the turn is held by a lock of the session, which poolers do not keep. */
  readonly postgres: PostgresConnection;
  /** By stream, µs: months of arrival that are wholly older are dropped. */
  readonly retention?: Readonly<Record<string, number>>;
  /** A transaction is made when so many records wait, or so many bytes, or for so long, ms: 20,000, 16 MiB, 1,000. */
  readonly batch?: { readonly records?: number; readonly bytes?: number; readonly milliseconds?: number };
  /** By how much the log's clock may be behind this machine's, µs; 5 s. */
  readonly clockSkew?: number;
  /** How patient it is, ms; for tests mostly. */
  readonly patience?: Partial<Patience>;
  /** µs. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly log: Logger;
  readonly events: ArchiveEvents;
  /** Ends it: what is in hand is written once more, if PostgreSQL takes it. */
  readonly signal: AbortSignal;
}

/** Milliseconds. */
export interface Patience {
  /** The first wait after a failure; each further one is twice as long, up to `longestWait`. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** How often one that waits for its turn looks whether it has come. */
  readonly turn: number;
  /** How long who has the turn may keep the server waiting, before one that waits ends its session. */
  readonly stale: number;
  /** How long one transaction may take, before it is given up and made again. */
  readonly transaction: number;
  /** How often old months are dropped and new ones made ahead. */
  readonly housekeeping: number;
}

export const usualPatience: Patience = {
  firstWait: 100,
  longestWait: 10_000,
  turn: 1_000,
  stale: 30_000,
  transaction: 120_000,
  housekeeping: 3_600_000,
};
