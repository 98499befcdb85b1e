// What an import is told, and what it tells.
import type { FileFormat } from '../sources/files/index.ts';

/** Where past records come from. */
export type ImportFrom =
  | { readonly kind: 'file'; readonly path: string; readonly format?: FileFormat }
  /** `events`, or `archive.events`: a table of the history's own database. */
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'query'; readonly sql: string };

export interface ImportOptions {
  readonly source: string;
  readonly from: ImportFrom;
  /** By a column of the source, the name it has there; columns that are not named have their own. */
  readonly map?: Readonly<Record<string, string>>;
  /**
   * The column, by the name it has there, that says when a row arrived. Unless given: the event time of a stream, the
   * commit time of a table's changes; rows of a table that are no changes must have one.
   */
  readonly arrival?: string;
  /**
   * Rows that arrived at this instant, µs, or later are left out; `log`: those from the log's first arrival on. Unless
   * given, such rows are an error.
   */
  readonly until?: number | 'log';
  /** Takes rows of a time that earlier imports have rows of; else they are an error. */
  readonly overlap?: boolean;
  /**
   * The number of an import that this one takes the place of: it is dropped, in the same transaction. It may be of the
   * same content, to be taken otherwise.
   */
  readonly replace?: number;
  /** Tells what would come of it, and changes nothing. */
  readonly dryRun?: boolean;
  /** Is told how many rows have been read. */
  readonly progress?: (rows: number) => void;
}

export interface ImportReport {
  readonly source: string;
  /** The number of the import, which is the epoch of its records; null where nothing was, or would be, stored. */
  readonly import: number | null;
  /** The same content was imported before, as this import; nothing was read. */
  readonly already: number | null;
  readonly read: number;
  readonly stored: number;
  /** What did not decode, by reason, most frequent first. */
  readonly refused: readonly RefusedReason[];
  /** At or after the cut: left to the log. */
  readonly beyond: number;
  /** No news to a table: tombstones, messages of a connector's own. */
  readonly passed: number;
  /** Arrivals of what was stored, µs; null: nothing was. */
  readonly first: number | null;
  readonly last: number | null;
  /** The log's first arrival, as far as the history knows it, µs; null: it knows of none. */
  readonly logBegins: number | null;
  /** Columns that there are none of in the file, table or query, and that may be null: they are, in every row. */
  readonly absent: readonly string[];
  /** Earlier imports of the same time; not empty only with `overlap`, or in a dry run. */
  readonly overlaps: readonly Overlap[];
}

/** An earlier import with rows of the same time. Instants in µs. */
export interface Overlap {
  readonly import: number;
  /** What it was made of, for the eye. */
  readonly from: string;
  readonly stored: number;
  /** The time that its rows are of. */
  readonly first: number;
  readonly last: number;
  /** Its rows within the time that both share. */
  readonly theirs: number;
  /** Rows of the new one that are the same in every column as one of its. */
  readonly same: number;
}

export interface RefusedReason {
  readonly reason: string;
  readonly column: string | null;
  readonly rows: number;
  /** Of the first of them, in words. */
  readonly example: string;
}

/** An import that cannot be made; the message says what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
