// Hot path of a bootstrap. The rows of one source as the history keeps them, in order of arrival.
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { SourceModule, StreamProgram } from '../engine/program.ts';
import type { DecodedRecord } from '../engine/record.ts';
import { instantConstant } from '../history/instants.ts';
import { monthStart, presentMonths } from '../history/months.ts';
import type { SqlSource, SqlSourceColumn } from '../history/program.ts';
import type { ChangeRecord, RecordRow } from '../history/records.ts';
import { quoteIdentifier } from '../history/relations.ts';
import type { Scalar } from '../history/values.ts';
import { CopyReader } from './copy-reader.ts';

type MutableRow = Record<string, Scalar | null>;

/**
 * Hands over the rows of a source, month by month of a stream: no more is sorted, or lies in memory, than one month's.
 * In the transaction that the client is in.
 * @param earliest arrivals before it are left out, µs; null: none are
 * @param take of a stream's records, always the same object: what is kept of it must be copied
 */
export async function readRows(
  client: pg.ClientBase,
  program: StreamProgram,
  source: SqlSource,
  earliest: number | null,
  take: (record: DecodedRecord) => void,
): Promise<void> {
  const module = program.sources.find(({ name }) => name === source.name);
  if (module === undefined || module.kind === 'changes')
    throw new Error(`the stream's program has no source ${source.name}: run \`npm run generate\``);
  for (const span of await spansOf(client, source, earliest)) {
    const stream = client.query(copyTo(`copy (${rowsQuery(source, span)}) to stdout with (format binary)`));
    const reader = new CopyReader();
    const read =
      source.kind === 'stream' ? eventReader(reader, module, source) : changeReader(reader, module, source);
    for await (const chunk of stream) {
      reader.push(chunk as Buffer);
      while (reader.next()) take(read());
    }
  }
}

/** Conditions on a row `h`, which part the rows by time. */
async function spansOf(
  client: pg.ClientBase,
  { name, kind }: SqlSource,
  earliest: number | null,
): Promise<readonly string[]> {
  if (kind === 'table') return ['true'];
  const months = [...(await presentMonths(client, name))].sort((a, b) => a - b);
  return months
    .filter(month => earliest === null || monthStart(month + 1) > earliest)
    .map(month => {
      const from = Math.max(monthStart(month), earliest ?? -Infinity);
      const [start, end] = [from, monthStart(month + 1)].map(instantConstant);
      return `h."_arrived_at" >= ${start} and h."_arrived_at" < ${end}`;
    });
}

const changeColumns = ['_op', '_lsn', '_commit_time', '_unavailable'];

function rowsQuery({ table, kind, columns }: SqlSource, condition: string): string {
  const position = ['_topic', '_epoch', '_partition', '_offset'];
  const names = [
    ...[...position, '_arrived_at'],
    ...(kind === 'table' ? changeColumns : []),
    ...columns.map(({ name }) => name),
  ];
  // The versions of a table's row come in order of position, as far as imports go (semantics §10, rule 41).
  const first =
    kind === 'table' ? 'least(h."_topic", 0), case when h."_topic" < 0 then h."_epoch" end, ' : '';
  const order = first + ['_arrived_at', ...position].map(name => `h."${name}"`).join(', ');
  return `select ${names.map(name => `h.${quoteIdentifier(name)}`).join(', ')} from ${table} as h where ${condition} order by ${order}`;
}

type Stored = Exclude<SourceModule, { readonly kind: 'changes' }>;

function eventReader(reader: CopyReader, module: Stored, source: SqlSource): () => DecodedRecord {
  const row = module.createRow() as MutableRow;
  const cells = cellsOf(reader, source);
  const place = { source: source.name, topic: 0, epoch: 0, partition: 0, offset: 0, arrivedAt: 0 };
  const record = { kind: 'event' as const, ...place, row: row as RecordRow };
  return () => {
    readPlace(reader, record);
    for (let i = 0; i < cells.length; i += 1) {
      const { name, read } = cells[i]!;
      row[name] = reader.isNull() ? null : read();
    }
    return record;
  };
}

function changeReader(reader: CopyReader, module: Stored, source: SqlSource): () => DecodedRecord {
  const cells = cellsOf(reader, source);
  return () => {
    const place = { source: source.name, topic: 0, epoch: 0, partition: 0, offset: 0, arrivedAt: 0 };
    readPlace(reader, place);
    const op = reader.text() as ChangeRecord['op'];
    const lsn = reader.isNull() ? null : reader.numeric();
    const commitTime = reader.timestamp();
    const unavailable = reader.textArray();
    const row = module.createRow() as MutableRow;
    for (const { name, read } of cells) row[name] = reader.isNull() ? null : read();
    return { kind: 'change', ...place, op, lsn, commitTime, unavailable, row: op === 't' ? null : row };
  };
}

interface Place {
  topic: number;
  epoch: number;
  partition: number;
  offset: number;
  arrivedAt: number;
}

function readPlace(reader: CopyReader, place: Place): void {
  place.topic = reader.int4();
  place.epoch = reader.int4();
  place.partition = reader.int4();
  place.offset = reader.int8();
  place.arrivedAt = reader.timestamp();
}

interface Cell {
  readonly name: string;
  readonly read: () => Scalar;
}

const cellsOf = (reader: CopyReader, { columns }: SqlSource): readonly Cell[] =>
  columns.map(column => ({ name: column.name, read: cellReader(reader, column) }));

function cellReader(reader: CopyReader, { kind, pgType }: SqlSourceColumn): () => Scalar {
  switch (kind) {
    case 'int':
      return () => reader.int8();
    case 'bigint':
      return () => reader.bigint();
    case 'timestamp':
      return () => reader.timestamp();
    case 'double':
      return () => reader.double();
    case 'decimal': {
      const scale = Number(/,\s*(\d+)\)/.exec(pgType)![1]);
      return () => reader.decimal(scale);
    }
    case 'boolean':
      return () => reader.boolean();
    case 'uuid':
      return () => reader.uuid();
    case 'text':
    case 'enum':
      return () => reader.text();
  }
}
