// Hot path of an import. Once through the rows: each is decoded, and handed on where it is to be stored.
import type { FileRow } from '../sources/files/rows.ts';
import { isBefore, isDropped, runsIntoTheLog } from './cut.ts';
import type { Limits } from './cut.ts';
import type { DecodedRow } from './decode-rows.ts';
import type { RefusedRows } from './refused-rows.ts';
import type { RowSink } from './sink.ts';

/** The rows of an import that are stored. */
export interface Extent {
  readonly rows: number;
  /** Arrivals, µs; null where there are no rows. */
  readonly first: number | null;
  readonly last: number | null;
}

export interface Taken {
  readonly read: number;
  readonly passed: number;
  readonly extent: Extent;
}

export interface Taking {
  readonly source: string;
  readonly rows: AsyncIterable<readonly FileRow[]>;
  readonly decode: (row: FileRow) => DecodedRow;
  readonly limits: Limits;
  /** Null: rows are only counted. */
  readonly sink: RowSink | null;
  readonly refused: RefusedRows;
  /** Settles when more rows may be taken. */
  readonly room: () => Promise<void>;
  readonly progress: (rows: number) => void;
}

/** @throws ImportError where rows run into the log, or into what retention has dropped */
export async function takeRows(taking: Taking): Promise<Taken> {
  const { source, decode, limits, sink, refused } = taking;
  const { cut, logBegins, completeFrom } = limits;
  let [read, passed, stored, overlapping] = [0, 0, 0, 0];
  let [first, last] = [Infinity, -Infinity];
  for await (const batch of taking.rows) {
    for (const row of batch) {
      const { record, arrivedAt } = decode(row);
      read += 1;
      if (record.kind === 'passed') {
        passed += 1;
      } else if (record.kind === 'refused') {
        refused.add(record, arrivedAt);
      } else {
        if (completeFrom !== null && arrivedAt < completeFrom) throw isDropped(source, completeFrom);
        if (!isBefore(record, arrivedAt, cut)) continue;
        if (!isBefore(record, arrivedAt, logBegins)) {
          overlapping += 1;
          continue;
        }
        stored += 1;
        if (arrivedAt < first) first = arrivedAt;
        if (arrivedAt > last) last = arrivedAt;
        sink?.add(record, arrivedAt);
      }
    }
    await taking.room();
    taking.progress(read);
  }
  if (logBegins !== null && overlapping > 0) throw runsIntoTheLog(source, overlapping, logBegins);
  sink?.end();
  refused.flush();
  const isEmpty = stored === 0;
  return {
    read,
    passed,
    extent: { rows: stored, first: isEmpty ? null : first, last: isEmpty ? null : last },
  };
}
