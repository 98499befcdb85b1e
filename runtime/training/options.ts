// What a training set is asked for with, and what is told of one that was made.
import type pg from 'pg';
import type { Programs } from '../config/load-program.ts';
import type { SqlColumn } from '../history/program.ts';
import type { Shape } from '../history/shape.ts';
import type { Known } from '../history/spine.ts';
import type { SpineFault } from './check-spine.ts';
import type { Progress } from './contract.ts';
import type { OutputFormat } from './io/output-spec.ts';
import type { FeatureLeak } from './leak.ts';
import type { TrainingSetMetadata } from './metadata.ts';

export interface BackfillOptions {
  /** Of the history; it must lend `jobs` + 4 connections at once. */
  readonly pool: pg.Pool;
  /** As `loadProgram` finds them. */
  readonly programs: Pick<Programs, 'sql' | 'serving'>;
  /** Name of a vector or a group. */
  readonly read: string;
  /**
   * Rows to compute for: `spine.csv`, `.ndjson`, `.parquet` (each also `.gz`), `table:schema.name`, `query:select …`,
   * `-`. Keys and inputs by their names, the instant, and whatever else is to pass through.
   */
  readonly spine: string;
  /** A file, or `table:schema.name`; null: nothing is written. Replaced where it is there. */
  readonly out: string | null;
  /** Of a file; else its name tells. */
  readonly format?: OutputFormat | undefined;
  /** The file that the metadata are written to; else `<out>.skewless.json`, and none beside a table. */
  readonly sidecar?: string | undefined;
  /** The spine's column of instants; `t` unless told otherwise. */
  readonly timeColumn?: string | undefined;
  /** What a read may know; what had arrived by then, unless told otherwise. */
  readonly known?: Known | undefined;
  /** Reads of the state right before each instant. */
  readonly before?: boolean | undefined;
  /** Connections that compute at once; 2 unless told otherwise. */
  readonly jobs?: number | undefined;
  /** Rows that a connection computes at a time; 50,000 unless told otherwise. */
  readonly chunkRows?: number | undefined;
  /** How it is computed; of no matter to the values. */
  readonly shape?: Shape | undefined;
  /** Count the rows in which hindsight would have another value. Doubles the work. */
  readonly leak?: boolean | undefined;
  /**
   * Of a run of the same request that was interrupted: `go-on` where it was (the usual), `anew`, or `only-go-on`: an
   * error where there is none.
   */
  readonly start?: 'go-on' | 'anew' | 'only-go-on' | undefined;
  /** Leaves an output as it is that the metadata beside it say to be of this very run. */
  readonly keepWritten?: boolean | undefined;
  /** Checks the spine and the history, and computes nothing. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told of every fault of the spine, in order. */
  readonly onFault?: ((fault: SpineFault) => void) | undefined;
  /** Told once, before anything is computed, that an interrupted run goes on. */
  readonly onResumed?: ((run: string) => void) | undefined;
}

export interface BackfillReport {
  /** Names the run: of what was asked, and of the spine's rows. */
  readonly run: string;
  readonly rows: number;
  /** Of the training set, in order. */
  readonly columns: readonly SqlColumn[];
  /** Whether an interrupted run went on. */
  readonly resumed: boolean;
  readonly out: string | null;
  /** null: it was a dry run. */
  readonly metadata: TrainingSetMetadata | null;
  /** null: not asked for. */
  readonly leak: readonly FeatureLeak[] | null;
}
