// Hot path. Rows to a table of the history by COPY, in PostgreSQL's binary form: no digit is printed or parsed.
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { numberToScaled } from '../../kernels/decimal.ts';
import { CopyBuffer } from './copy-buffer.ts';
import type { SqlSource, SqlSourceColumn } from './program.ts';
import type { ChangeRecord, EventRecord, RecordPlace, RecordRow, RefusedRecord } from './records.ts';
import { quoteIdentifier } from './relations.ts';
import type { Scalar } from './values.ts';

export type StoredRecord = EventRecord | ChangeRecord;

/** Records, and when each arrived as its partition has it: never before the one that stands before it. */
export interface Arrived<R> {
  readonly records: R[];
  readonly arrivals: number[];
}

/** Bytes handed to the connection at once. While the server takes them, the next are written. */
const chunkSize = 256 * 1024;

/** Records of one source into its table. */
export async function copyRecords(
  client: pg.ClientBase,
  source: SqlSource,
  arrived: Arrived<StoredRecord>,
): Promise<void> {
  if (arrived.records.length === 0) return;
  await send(client, recordsTarget(source), recordChunks(source, arrived));
}

/** Refused records into theirs. */
export async function copyRefused(
  client: pg.ClientBase,
  { records, arrivals }: Arrived<RefusedRecord>,
): Promise<void> {
  if (records.length === 0) return;
  const chunks = chunksOf(records.length, (buffer, index) => {
    buffer.int2(refusedColumns.length);
    writeRefused(buffer, records[index]!, arrivals[index]!);
  });
  await send(client, target('"history"."refused"', refusedColumns), chunks);
}

const positionColumns = ['_topic', '_epoch', '_partition', '_offset', '_arrived_at'] as const;
const changeColumns = ['_op', '_lsn', '_commit_time', '_unavailable'] as const;
const refusedColumns = [
  ...['source', 'topic', 'epoch', 'partition', 'offset'],
  ...['reason', 'column', 'message', 'bytes', 'arrived_at'],
];

const namesOf = (source: SqlSource): readonly string[] => [
  ...source.columns.map(({ name }) => name),
  ...positionColumns,
  ...(source.kind === 'table' ? changeColumns : []),
];

/** What COPY is told of the records of a source. */
export const recordsTarget = (source: SqlSource): string => target(source.table, namesOf(source));

const target = (table: string, columns: readonly string[]): string =>
  `${table} (${columns.map(quoteIdentifier).join(', ')})`;

/** The bytes of records, chunk by chunk. */
export function recordChunks(
  source: SqlSource,
  { records, arrivals }: Arrived<StoredRecord>,
): Iterable<Uint8Array> {
  const write = recordWriter(source);
  return chunksOf(records.length, (buffer, index) => {
    const record = records[index]!;
    write(buffer, record, record, arrivals[index]!);
  });
}

/** Where a row stands in the history. */
export type RowPlace = Pick<RecordPlace, 'topic' | 'epoch' | 'partition' | 'offset'>;

/** Writes a record as a row of its source's table, its number of fields first; the place need not be its own. */
export type RecordWriter = (
  buffer: CopyBuffer,
  record: StoredRecord,
  place: RowPlace,
  arrival: number,
) => void;

export function recordWriter(source: SqlSource): RecordWriter {
  const fields = fieldsOf(source);
  const count = namesOf(source).length;
  if (source.kind === 'stream') {
    return (buffer, record, place, arrival) => {
      buffer.int2(count);
      writeRecord(buffer, fields, record, place, arrival);
    };
  }
  return (buffer, record, place, arrival) => {
    if (record.kind !== 'change') throw new TypeError(`${source.name} is a table: its records are changes`);
    buffer.int2(count);
    writeRecord(buffer, fields, record, place, arrival);
    writeChange(buffer, record);
  };
}

/** `PGCOPY`, a signature that broken transfers do not survive, and no flags. */
export const copyHeader = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** In the place of a row's number of fields: there are no more rows. */
export const copyTrailer = -1;

/** @param write one row, its number of fields first */
export function* chunksOf(
  rows: number,
  write: (buffer: CopyBuffer, index: number) => void,
): Generator<Uint8Array, void> {
  yield copyHeader;
  const buffer = new CopyBuffer(chunkSize);
  for (let index = 0; index < rows; index += 1) {
    write(buffer, index);
    if (buffer.isFull) yield buffer.take();
  }
  buffer.int2(copyTrailer);
  yield buffer.take();
}

/** While the server takes one chunk, the next is written. */
export async function send(
  client: pg.ClientBase,
  into: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const stream = client.query(
    copyFrom(`copy ${into} from stdin with (format binary)`, { highWaterMark: 2 * chunkSize }),
  );
  let failure: unknown = null;
  const done = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.on('error', error => {
      failure ??= error;
      reject(error);
    });
  });
  // It is waited for below; until then, a failure of the connection is no unhandled one.
  done.catch(() => undefined);
  try {
    for await (const chunk of chunks) {
      if (!stream.write(chunk))
        await Promise.race([new Promise<void>(resolve => stream.once('drain', resolve)), done]);
    }
    stream.end();
  } catch (error) {
    // A row that cannot be written ends the COPY with an error, and with it the transaction.
    if (failure === null) stream.destroy(error instanceof Error ? error : new Error(String(error)));
    await done.catch(() => undefined);
    throw failure ?? error;
  }
  await done;
}

/** A column, and how its values are written. */
export interface Field {
  readonly name: string;
  readonly kind: SqlSourceColumn['kind'];
  /** Of a decimal; else 0. */
  readonly scale: number;
}

function fieldsOf(source: SqlSource): readonly Field[] {
  return source.columns.map(({ name, kind, pgType }) => ({
    name,
    kind,
    scale: kind === 'decimal' ? Number(/,\s*(\d+)\)/.exec(pgType)![1]) : 0,
  }));
}

function writeRecord(
  buffer: CopyBuffer,
  fields: readonly Field[],
  { row }: StoredRecord,
  { topic, epoch, partition, offset }: RowPlace,
  arrival: number,
): void {
  for (let i = 0; i < fields.length; i += 1) {
    const field = fields[i]!;
    const value = row === null ? null : (row as RecordRow)[field.name];
    if (value === null || value === undefined) buffer.null();
    else writeValue(buffer, field, value);
  }
  buffer.int4(topic);
  buffer.int4(epoch);
  buffer.int4(partition);
  buffer.int8(offset);
  buffer.timestamp(arrival);
}

/** @throws TypeError where the value is not of the column's kind */
export function writeValue(buffer: CopyBuffer, { name, kind, scale }: Field, value: Scalar): void {
  switch (kind) {
    case 'int':
      if (typeof value === 'number') return buffer.int8(value);
      break;
    case 'bigint':
      if (typeof value === 'bigint') return buffer.bigint(value);
      if (typeof value === 'number') return buffer.int8(value);
      break;
    case 'timestamp':
      if (typeof value === 'number') return buffer.timestamp(value);
      break;
    case 'double':
      if (typeof value === 'number') return buffer.double(value);
      break;
    case 'decimal': {
      const scaled = typeof value === 'number' ? numberToScaled(value, scale) : NaN;
      if (scaled === scaled) return buffer.decimal(scaled, scale);
      break;
    }
    case 'boolean':
      if (typeof value === 'boolean') return buffer.boolean(value);
      break;
    case 'uuid':
      if (typeof value === 'string' && value.length === 36) return buffer.uuid(value);
      break;
    case 'text':
    case 'enum':
      if (typeof value === 'string') return buffer.text(value);
      break;
  }
  throw new TypeError(`${name}: ${String(value)} is no ${kind}`);
}

function writeChange(buffer: CopyBuffer, { op, lsn, commitTime, unavailable }: ChangeRecord): void {
  buffer.text(op);
  if (lsn === null) buffer.null();
  else buffer.numeric(lsn);
  buffer.timestamp(commitTime);
  buffer.textArray(unavailable ?? []);
}

function writeRefused(buffer: CopyBuffer, record: RefusedRecord, arrival: number): void {
  buffer.text(record.source);
  buffer.int4(record.topic);
  buffer.int4(record.epoch);
  buffer.int4(record.partition);
  buffer.int8(record.offset);
  buffer.text(record.reason);
  if (record.column === null) buffer.null();
  else buffer.text(record.column);
  buffer.text(record.message.replaceAll('\0', '\\0'));
  if (record.bytes === null) buffer.null();
  else buffer.bytes(record.bytes);
  buffer.timestamp(arrival);
}
