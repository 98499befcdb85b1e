// Control path. A spine from PostgreSQL: the rows of a query, put down by the server so that every read sees the same.
import pg from 'pg';
import { quoteIdentifier } from '../../history/relations.ts';
import type { SqlScalarKind, SqlType } from '../../history/program.ts';
import { jsonOfText } from '../../sources/files/text-cell.ts';
import { said, SpineError } from './errors.ts';
import { checkLocalTimes, checkNames } from './expected.ts';
import { Gatherer, typed } from './gather.ts';
import type { ExpectedColumn, SpineBatch, SpineReader } from './spine.ts';
import type { SpineSpec, TableName } from './spine-spec.ts';

const FETCH = 10_000;
const cursor = '"skewless_spine"';

/** A connection of its own is held until the spine is closed. */
export async function openQuery(
  pool: pg.Pool,
  spec: SpineSpec & { readonly kind: 'query' | 'table' },
  expected: ReadonlyMap<string, ExpectedColumn>,
): Promise<SpineReader> {
  const query = spec.kind === 'query' ? spec.sql : `select * from ${quotedTable(spec.table)}`;
  const client = await pool.connect();
  try {
    await client.query(`set timezone = 'UTC'; set datestyle = 'ISO'; set extra_float_digits = 1`);
    await client.query('begin read only');
    await run(client, `declare ${cursor} scroll cursor with hold for ${query}`);
    await client.query('commit');
    const { fields } = await run(client, `fetch absolute 0 from ${cursor}`);
    const { rowCount } = await run(client, `move forward all in ${cursor}`);
    checkNames(
      spec.name,
      fields.map(({ name }) => name),
      expected,
    );
    const found = fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      type: typeOf(dataTypeID, dataTypeModifier),
      isLocalTime: dataTypeID === builtins.TIMESTAMP,
    }));
    checkLocalTimes(spec.name, found, expected);
    return new QuerySpine(client, spec.name, typed(found, expected), found, rowCount ?? 0);
  } catch (error) {
    client.release(true);
    if (error instanceof SpineError) throw error;
    throw new SpineError(`${spec.name} cannot be read: ${said(error)}`, { cause: error });
  }
}

export const quotedTable = ({ schema, table }: TableName): string =>
  `${schema === null ? '' : `${quoteIdentifier(schema)}.`}${quoteIdentifier(table)}`;

/** Values as the text that PostgreSQL writes. One statement, whatever the text. */
async function run(client: pg.PoolClient, text: string): Promise<pg.QueryArrayResult<(string | null)[]>> {
  const query: pg.QueryArrayConfig & { readonly queryMode: 'extended' } = {
    text,
    rowMode: 'array',
    queryMode: 'extended',
    types: { getTypeParser: () => (value: string) => value },
  };
  return await client.query<(string | null)[]>(query);
}

class QuerySpine implements SpineReader {
  constructor(
    readonly client: pg.PoolClient,
    readonly name: string,
    readonly columns: readonly ExpectedColumn[],
    readonly found: readonly { readonly type: SqlType }[],
    readonly rows: number,
  ) {}

  async *batches(): AsyncGenerator<SpineBatch> {
    const gatherer = new Gatherer(this.columns);
    await this.#run(`move absolute 0 in ${cursor}`);
    for (;;) {
      const { rows } = await this.#run(`fetch forward ${FETCH} from ${cursor}`);
      if (rows.length === 0) return;
      for (const row of rows)
        gatherer.row(row.map((text, i) => (text === null ? null : this.#cell(text, i))));
      yield gatherer.take();
    }
  }

  #cell(text: string, index: number): unknown {
    const { kind } = this.columns[index]!.type;
    if (!this.found[index]!.type.list) return jsonOfText(text, kind);
    const elements = parseArray(text) as unknown[];
    return elements.map(element => (typeof element === 'string' ? jsonOfText(element, kind) : element));
  }

  async #run(text: string): Promise<pg.QueryArrayResult<(string | null)[]>> {
    try {
      return await run(this.client, text);
    } catch (error) {
      throw new SpineError(`${this.name} cannot be read on: ${said(error)}`, { cause: error });
    }
  }

  place(row: number): string {
    return `row ${row + 1}`;
  }

  async close(): Promise<void> {
    // With the connection go its cursor and settings.
    this.client.release(true);
  }
}

const { builtins } = pg.types;
const textArray: number = 1009;
/** Elements as text, whatever the type. */
const parseArray: (text: string) => unknown = pg.types.getTypeParser(textArray);

const scalars: ReadonlyMap<number, SqlScalarKind> = new Map([
  [builtins.INT2, 'int'],
  [builtins.INT4, 'int'],
  [builtins.INT8, 'bigint'],
  [builtins.FLOAT4, 'double'],
  [builtins.FLOAT8, 'double'],
  [builtins.BOOL, 'boolean'],
  [builtins.UUID, 'uuid'],
  [builtins.TIMESTAMPTZ, 'timestamp'],
]);

/** Arrays by the kind of their elements. */
const arrays: ReadonlyMap<number, SqlScalarKind> = new Map([
  [1005, 'int'],
  [1007, 'int'],
  [1016, 'bigint'],
  [1021, 'double'],
  [1022, 'double'],
  [1000, 'boolean'],
  [2951, 'uuid'],
  [1185, 'timestamp'],
  [1009, 'text'],
  [1015, 'text'],
]);

/** What no kind is for passes through as PostgreSQL writes it; a time without zone is no instant. */
function typeOf(type: number, modifier: number): SqlType {
  const element = arrays.get(type);
  if (element !== undefined) return { kind: element, list: true };
  if (type === builtins.NUMERIC) return { kind: isShortNumeric(modifier) ? 'decimal' : 'text', list: false };
  return { kind: scalars.get(type) ?? 'text', list: false };
}

/** The modifier is (precision · 2^16 + scale) + 4; −1: no precision is declared. */
const isShortNumeric = (modifier: number): boolean => modifier >= 4 && (modifier - 4) >>> 16 <= 15;
