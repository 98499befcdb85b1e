// The words that the parts of a training set share: what is read in, what is computed, what is written out.
import type { ReadTarget } from '../history/resolve-read.ts';
import type { SqlColumn } from '../history/program.ts';
import type { FrontierPosition, Known } from '../history/spine.ts';
import type { Scalar, Value } from '../history/values.ts';

/** Rows, column by column, in the order of the columns they belong to. Inner values: instants in µs. */
export interface RowBatch {
  readonly rows: number;
  readonly columns: readonly (readonly Value[])[];
}

/** One row of a spine with what it carries along: labels and ids, in the order of the spine's further columns. */
export interface CarriedRow {
  /** µs. */
  readonly t: number;
  /** µs; absent: as the training set's `known` says. */
  readonly knownAt?: number;
  readonly request: Readonly<Record<string, Scalar | null>>;
  readonly carried: readonly Value[];
}

/** What a training set is computed of. */
export interface TrainingRequest {
  readonly read: ReadTarget;
  readonly known: Known;
  /** Reads of the state right before each t. */
  readonly before: boolean;
  /** Columns of the spine that are neither request, t nor knownAt: they pass through. */
  readonly carried: readonly SqlColumn[];
  /** Whether rows of the spine tell their own knownAt. */
  readonly hasKnownAt: boolean;
}

/** How far a computation has come. */
export interface Progress {
  /** In words: `staging flights`, `computing airport_departures`. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

/**
 * A training set on its way, in a schema of its own in PostgreSQL (`skewless_run_…`), so that many connections can work
 * at it, neither side holds it in memory, and what was interrupted goes on from where it was.
 */
export interface TrainingRun {
  /** Of what `results` yields: the request, `t`, `known_at` where rows tell it, what is carried, the features, the labels. */
  readonly columns: readonly SqlColumn[];
  /** Where the history stood, by partition, when the run was opened: the same after an interruption. */
  readonly frontier: readonly FrontierPosition[];
  /** Rows of the spine that were loaded, by this or an interrupted call; null: `load` has not been completed. */
  readonly loaded: number | null;
  /** Takes the spine in, by COPY, all or nothing. */
  load(rows: AsyncIterable<readonly CarriedRow[]>): Promise<number>;
  /** Computes all that is not computed yet. @throws HistoryBehind */
  compute(progress: (progress: Progress) => void, signal?: AbortSignal): Promise<void>;
  /** The result in the spine's order, from a row on, in batches. */
  results(from: number): AsyncIterable<RowBatch>;
  /** Ends the run: its schema is dropped. */
  drop(): Promise<void>;
  /** Gives its connections back; the schema stays. */
  close(): Promise<void>;
}
