// Hot path of an import. Rows as the history keeps them, by the stream's own decoders, each with its arrival.
import type { StreamModule, StreamProgram, TableModule } from '../engine/program.ts';
import { historyDecoder } from '../history/decode-record.ts';
import { importTopic } from '../history/partitions.ts';
import type { HistoryRecord } from '../history/records.ts';
import type { ServedSource } from '../serve/plan.ts';
import { arrivalOf } from '../sources/files/arrival.ts';
import { asSnapshot } from '../sources/files/open-reader.ts';
import type { FileRow } from '../sources/files/rows.ts';
import { ImportError } from './options.ts';

/** How rows tell when they arrived. */
export interface ArrivalPlan {
  /** The column, by its name in the rows; null: as semantics §2 says. */
  readonly arrival: string | null;
  /** It is a column of the source's own. */
  readonly isOwn: boolean;
  /** The rows are changes of a table, and not its rows. */
  readonly areEnvelopes: boolean;
}

export interface DecodedRow {
  /** Its offset is the row's own. */
  readonly record: HistoryRecord;
  /** µs. What does not decode, and does not say, came with the row before it; before the first that says, at −Infinity. */
  readonly arrivedAt: number;
}

/**
 * @returns a function of a row, in their order
 * @throws ImportError of a row that decodes and does not say when it arrived
 */
export function rowDecoder(
  program: StreamProgram,
  source: ServedSource,
  { arrival, isOwn, areEnvelopes }: ArrivalPlan,
): (row: FileRow) => DecodedRow {
  const decode = historyDecoder(program);
  const told = arrivalOf({ source, arrival }, areEnvelopes);
  const module = program.sources.find(({ name }) => name === source.name) as StreamModule | TableModule;
  const isPlain = source.kind === 'table' && !areEnvelopes;
  const { name } = source;
  const arrivalOfRow = (record: HistoryRecord, value: unknown): number | null => {
    if (record.kind === 'change' && arrival === null) return record.commitTime;
    if (record.kind !== 'event' || module.kind !== 'stream') return told(value);
    if (arrival === null) return module.eventTime(record.row);
    return isOwn ? (record.row[arrival] as number | null) : told(value);
  };
  let last = -Infinity;
  return ({ offset, value }) => {
    const at = isPlain ? told(value) : null;
    const wrapped = isPlain ? asSnapshot(value, at ?? 0) : value;
    const record = decode({
      source: name,
      topic: importTopic,
      epoch: 0,
      partition: 0,
      offset,
      arrivedAt: last,
      value: wrapped,
    });
    const arrivedAt = at ?? arrivalOfRow(record, value);
    if (arrivedAt !== null) last = arrivedAt;
    else if (isPlain || record.kind === 'event' || record.kind === 'change')
      throw new ImportError(
        `row ${offset} does not say when it arrived: ${arrival ?? 'its time'} is missing, or is no instant such as 2024-05-01T12:00:00Z`,
      );
    return { record, arrivedAt: last };
  };
}
