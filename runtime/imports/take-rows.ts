// Hot path of an import. Once through the rows: each is decoded, and handed on where it is to be stored.
import type { StoredRecord } from '../history/copy.ts';
import type { SqlSource } from '../history/program.ts';
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
  /** The time that they are of ({@link timeOf}), µs; null where there are no rows. */
  readonly earliest: number | null;
  readonly latest: number | null;
}

/** When what a record tells of happened: the event time, of a change its commit time, µs. */
export function timeOf({ punctuality }: SqlSource): (record: StoredRecord, arrivedAt: number) => number {
  const column = punctuality?.eventTime ?? null;
  return (record, arrivedAt) => {
    if (record.kind === 'change') return record.commitTime;
    return column === null ? arrivedAt : (record.row[column] as number);
  };
}

const noRows: Extent = { rows: 0, first: null, last: null, earliest: null, latest: null };

export interface Taken {
  readonly read: number;
  readonly passed: number;
  readonly extent: Extent;
}

export interface Taking {
  readonly source: SqlSource;
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
  let [first, last, earliest, latest] = [Infinity, -Infinity, Infinity, -Infinity];
  const happened = timeOf(source);
  for await (const batch of taking.rows) {
    for (const row of batch) {
      const { record, arrivedAt } = decode(row);
      read += 1;
      if (record.kind === 'passed') {
        passed += 1;
      } else if (record.kind === 'refused') {
        refused.add(record, arrivedAt);
      } else {
        if (completeFrom !== null && arrivedAt < completeFrom) throw isDropped(source.name, completeFrom);
        if (!isBefore(record, arrivedAt, cut)) continue;
        if (!isBefore(record, arrivedAt, logBegins)) {
          overlapping += 1;
          continue;
        }
        stored += 1;
        if (arrivedAt < first) first = arrivedAt;
        if (arrivedAt > last) last = arrivedAt;
        const time = happened(record, arrivedAt);
        if (time < earliest) earliest = time;
        if (time > latest) latest = time;
        sink?.add(record, arrivedAt);
      }
    }
    await taking.room();
    taking.progress(read);
  }
  if (logBegins !== null && overlapping > 0) throw runsIntoTheLog(source.name, overlapping, logBegins);
  sink?.end();
  refused.flush();
  const isEmpty = stored === 0;
  return {
    read,
    passed,
    extent: isEmpty ? noRows : { rows: stored, first, last, earliest, latest },
  };
}
