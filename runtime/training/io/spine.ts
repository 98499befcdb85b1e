// Control path. A spine as a training set takes it in: typed columns, read in batches, as often as it takes.
import type { SqlColumn } from '../../history/program.ts';
import type { RowBatch } from '../contract.ts';

/** A column that the training set needs. What else a spine has passes through. */
export interface ExpectedColumn extends SqlColumn {
  /** A null in it is no problem. Absent: it is. */
  readonly nullable?: boolean;
  /** The spine may lack it. Absent: it may not. */
  readonly optional?: boolean;
}

/** A cell that is not what its column takes, or a row that is none. */
export interface SpineProblem {
  /** From 0. */
  readonly row: number;
  /** null: the row as a whole. */
  readonly column: string | null;
  /** As it is written, cut where it is long. */
  readonly value: string;
  /** What is wrong with it. */
  readonly reason: string;
}

/** Rows as they stand in the spine. What is wrong is null in the columns, so that rows keep their numbers. */
export interface SpineBatch extends RowBatch {
  /** The number of its first row, from 0. */
  readonly first: number;
  readonly problems: readonly SpineProblem[];
}

export interface SpineFile {
  /** As it is called in messages: `spine.csv`, `table public.spine`. */
  readonly name: string;
  /** All of them, in the spine's order. */
  readonly columns: readonly SqlColumn[];
  readonly rows: number;
  /** Reads the spine through, the same rows at every call. @throws SpineError where it cannot be read on */
  batches(): AsyncIterable<SpineBatch>;
  /** Where a row that has been read stands: `spine.csv, line 12`. */
  where(row: number): string;
  /** Gives back its connection or temporary file. */
  close(): Promise<void>;
}

/** What the kinds of spines differ in. */
export interface SpineReader {
  readonly columns: readonly SqlColumn[];
  readonly rows: number;
  batches(): AsyncIterable<SpineBatch>;
  /** `line 12`. */
  place(row: number): string;
  close(): Promise<void>;
}
