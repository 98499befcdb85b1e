// What a file source is told.
import type { Logger } from 'pino';
import type { ServedSource } from '../../serve/plan.ts';
import type { SourceEvents } from '../source.ts';

export type FileFormat = 'ndjson' | 'csv' | 'parquet';

/** A row as inner values by column name; anything else where it is refused. */
export type DecodeRow = (value: unknown) => unknown;

export interface FileOptions {
  readonly source: Pick<ServedSource, 'kind' | 'name' | 'columns' | 'time'>;
  readonly path: string;
  /** By the file's name unless given. NDJSON and CSV may be compressed with gzip. */
  readonly format?: FileFormat;
  /**
   * The column that says when a row arrived. Unless given: the event time of a stream; of a table's changes their
   * commit time; of rows that stand for a table's changes its time column.
   */
  readonly arrival?: string | null;
  /** The generated decoder of a stream. Without it a whole number in the column of arrival counts µs. */
  readonly decode?: DecodeRow;
  readonly logger: Logger;
  /** µs. */
  readonly now: () => number;
  readonly events?: SourceEvents;
  /**
   * Behind its last row the source waits until it is closed, as a log without news does: who archives goes on saying
   * how far the history reaches. Without it, `run` settles there.
   */
  readonly stays?: boolean;
  /** Rows of one batch; 1,000 unless given. */
  readonly batchRows?: number;
}
