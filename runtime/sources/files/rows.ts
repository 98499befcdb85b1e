// Control path. What all formats of files give.

/** A row by its place in the file: line − 1 in NDJSON, rows from 0 below the header in CSV, rows from 0 in Parquet. */
export interface FileRow {
  readonly offset: number;
  /** Parsed JSON, or bytes as they stand. */
  readonly value: unknown;
}

export interface FileExtent {
  /** The offset behind the last row. */
  readonly end: number;
  /** A digest of the file's head, as a number: another file has another, one that has grown the same. */
  readonly mark: number;
}

export interface FileReader {
  /** Reads the file through. @throws SourceError for one that can never be read */
  measure(): Promise<FileExtent>;
  /** The rows from an offset on, some at a time. */
  read(from: number): AsyncGenerator<FileRow[]>;
}
