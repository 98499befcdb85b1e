// Hot path of writing. A table of PostgreSQL by COPY, in one transaction: until its end nobody sees anything of it.
import type pg from 'pg';
import { suggestion } from '../../../kernels/nearest.ts';
import { chunksOf, send } from '../../history/copy.ts';
import type { CopyBuffer } from '../../history/copy-buffer.ts';
import type { SqlColumn, SqlScalarKind, SqlType } from '../../history/program.ts';
import { quoteIdentifier, quoteText } from '../../history/relations.ts';
import type { Scalar, Value } from '../../history/values.ts';
import type { RowBatch } from '../contract.ts';
import { OutputError, said } from './errors.ts';
import type { Output } from './output.ts';
import { quotedTable } from './query-spine.ts';
import type { TableName } from './spine-spec.ts';

interface TableOptions {
  readonly id: string;
  readonly append: boolean;
}

export async function openTable(
  pool: pg.Pool,
  table: TableName,
  columns: readonly SqlColumn[],
  { id, append }: TableOptions,
): Promise<Output> {
  refuseLongName(table);
  const partial = { ...table, table: `${table.table.slice(0, 20)}.partial-${id}`.slice(0, 60) };
  const client = await pool.connect();
  try {
    await client.query('begin');
    if (append) await checkAppendable(client, table, columns);
    else {
      await checkReplaceable(client, table);
      await client.query(`create table ${quotedTable(partial)} (${columns.map(definition).join(', ')})`);
    }
  } catch (error) {
    client.release(true);
    throw failed(table, error);
  }
  return new TableOutput(client, table, append ? null : partial, columns);
}

class TableOutput implements Output {
  #isEnded = false;

  /** @param partial what is renamed at the end; null: rows go to the table itself */
  constructor(
    readonly client: pg.PoolClient,
    readonly table: TableName,
    readonly partial: TableName | null,
    readonly columns: readonly SqlColumn[],
  ) {}

  async write({ rows, columns }: RowBatch): Promise<void> {
    const names = this.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
    const chunks = chunksOf(rows, (buffer, row) => {
      buffer.int2(columns.length);
      for (let i = 0; i < columns.length; i += 1)
        writeValue(buffer, this.columns[i]!.type, columns[i]![row]!);
    });
    await this.#attempt(() =>
      send(this.client, `${quotedTable(this.partial ?? this.table)} (${names})`, chunks),
    );
  }

  async finish(metadata: object): Promise<void> {
    const { client, table, partial } = this;
    await this.#attempt(async () => {
      if (partial !== null) {
        await client.query(`drop table if exists ${quotedTable(table)}`);
        await client.query(`alter table ${quotedTable(partial)} rename to ${quoteIdentifier(table.table)}`);
        await client.query(
          `comment on table ${quotedTable(table)} is ${quoteText(JSON.stringify(metadata))}`,
        );
      }
      await client.query('commit');
    });
    this.#isEnded = true;
    client.release();
  }

  async abandon(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    // What is not committed goes with the connection.
    this.client.release(true);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw failed(this.table, error);
    }
  }
}

const failed = (table: TableName, error: unknown): OutputError =>
  error instanceof OutputError
    ? error
    : new OutputError(`table ${shownTable(table)} cannot be written: ${said(error)}`, { cause: error });

const shownTable = ({ schema, table }: TableName): string => (schema === null ? table : `${schema}.${table}`);

/** PostgreSQL would cut it, and take another table of that name for this one. */
function refuseLongName(table: TableName): void {
  if (Buffer.byteLength(table.table) <= LONGEST_NAME) return;
  throw new OutputError(
    `${shownTable(table)} is too long for the name of a table: at most ${LONGEST_NAME} bytes`,
  );
}

const LONGEST_NAME = 63;

/** What stands in its place is known before hours of work, not when it is to be dropped. */
async function checkReplaceable(client: pg.ClientBase, table: TableName): Promise<void> {
  const { rows } = await client.query<{ kind: string; dependants: readonly string[] }>(
    `select relkind as kind, array(
       select r.ev_class::regclass::text collate "C" from pg_depend d join pg_rewrite r on r.oid = d.objid
       where d.classid = 'pg_rewrite'::regclass and d.refobjid = c.oid and r.ev_class <> c.oid
       union select f.conrelid::regclass::text collate "C" from pg_constraint f
       where f.confrelid = c.oid and f.contype = 'f' and f.conrelid <> c.oid order by 1) as dependants
     from pg_class c where oid = to_regclass($1)`,
    [quotedTable(table)],
  );
  const [found] = rows;
  if (found === undefined) return;
  const what = kinds[found.kind] ?? (found.kind === 'r' ? null : 'no table');
  if (what !== null)
    throw new OutputError(`${shownTable(table)} is ${what}, and only a table is replaced: give another name`);
  if (found.dependants.length > 0)
    throw new OutputError(
      `table ${shownTable(table)} cannot be replaced, for ${found.dependants.join(', ')} would lose it: drop that first, or give another name`,
    );
}

/** By relkind. */
const kinds: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  S: 'a sequence',
  f: 'a foreign table',
  p: 'a partitioned table',
  i: 'an index',
  c: 'a type',
};

async function checkAppendable(
  client: pg.ClientBase,
  table: TableName,
  columns: readonly SqlColumn[],
): Promise<void> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [quotedTable(table)],
  );
  const present = new Map(rows.map(({ name, type }) => [name, type]));
  const lines: string[] = [];
  for (const { name, type } of columns) {
    const found = present.get(name);
    const hint = suggestion(name, present.keys());
    if (found === undefined)
      lines.push(`table ${shownTable(table)} has no column '${name}'${hint === null ? '' : `: ${hint}`}`);
    else if (found !== typeName(type))
      lines.push(`the column '${name}' of table ${shownTable(table)} is ${found}, not ${typeName(type)}`);
  }
  if (lines.length > 0) throw new OutputError(lines.join('\n'));
}

const typeName = ({ kind, list }: SqlType): string => `${types[kind].name}${list ? '[]' : ''}`;

const definition = ({ name, type }: SqlColumn): string => `${quoteIdentifier(name)} ${typeName(type)}`;

/** PostgreSQL's types and their oids. */
const types: Readonly<Record<SqlScalarKind, { readonly name: string; readonly oid: number }>> = {
  int: { name: 'bigint', oid: 20 },
  bigint: { name: 'bigint', oid: 20 },
  decimal: { name: 'double precision', oid: 701 },
  double: { name: 'double precision', oid: 701 },
  boolean: { name: 'boolean', oid: 16 },
  text: { name: 'text', oid: 25 },
  enum: { name: 'text', oid: 25 },
  uuid: { name: 'uuid', oid: 2950 },
  timestamp: { name: 'timestamp with time zone', oid: 1184 },
};

function writeValue(buffer: CopyBuffer, { kind, list }: SqlType, value: Value): void {
  if (value === null) return buffer.null();
  if (!list) return writeScalar(buffer, kind, value as Scalar);
  const elements = value as readonly Scalar[];
  buffer.array(types[kind].oid, elements.length, at => writeScalar(buffer, kind, elements[at]!));
}

function writeScalar(buffer: CopyBuffer, kind: SqlScalarKind, value: Scalar): void {
  switch (kind) {
    case 'int':
      return buffer.int8(value as number);
    case 'bigint':
      return buffer.bigint(BigInt(value as number | bigint));
    case 'decimal':
    case 'double':
      return buffer.double(value as number);
    case 'boolean':
      return buffer.boolean(value as boolean);
    case 'timestamp':
      return buffer.timestamp(value as number);
    case 'uuid':
      return buffer.uuid(value as string);
    case 'text':
    case 'enum':
      return buffer.text(value as string);
  }
}
