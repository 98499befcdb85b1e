// Control path. The rows of a table or a query of the history's database, as CSV by COPY: it costs both sides half of
// what a cursor does.
import { once } from 'node:events';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { suggestion } from '../../kernels/nearest.ts';
import { quoteIdentifier } from '../history/relations.ts';
import type { ServedInput } from '../serve/plan.ts';
import { csvRows } from '../sources/files/csv-rows.ts';
import type { CsvCell } from '../sources/files/csv-rows.ts';
import type { FileRow } from '../sources/files/rows.ts';
import { cellOf } from '../sources/files/text-cell.ts';
import { queryDigest } from './digest.ts';
import { ImportError } from './options.ts';
import type { ImportFrom } from './options.ts';
import type { RowReader } from './rows.ts';

/** Types of PostgreSQL that name no instant. */
const zoneless: Readonly<Record<number, string>> = { 1082: 'date', 1114: 'timestamp without time zone' };

/**
 * @param columns by the names they have in the query
 * @param required names that must be there
 */
export async function openQuery(
  client: pg.ClientBase,
  from: Exclude<ImportFrom, { readonly kind: 'file' }>,
  columns: readonly ServedInput[],
  required: readonly string[],
): Promise<RowReader> {
  // On lines of its own: it may end with a comment.
  const query =
    from.kind === 'query'
      ? `\n${from.sql.replace(/;\s*$/, '')}\n`
      : `select * from ${quotedTable(from.name)}`;
  const { fields } = await client.query(`select * from (${query}) as q limit 0`);
  const what = from.kind === 'table' ? `the table ${from.name}` : 'the query';
  checkColumns(what, fields, columns, required);
  const header = fields.map(({ name }) => name);
  const declared = header.map(name => columns.find(column => column.name === name));
  const asRow = (cells: readonly CsvCell[]): Record<string, unknown> => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < header.length; i += 1) {
      const [cell, column] = [cells[i]!, declared[i]];
      // Null is null, and no empty text.
      row[header[i]!] = cell === null || column === undefined ? cell : cellOf(cell, column);
    }
    return row;
  };
  return {
    digest: await queryDigest(client, query, header),
    read: async function* () {
      let offset = 0;
      for await (const rows of csvRows(copied(client, query))) {
        const first = offset;
        offset += rows.length;
        yield rows.map(({ cells, bytes }, index): FileRow => {
          const isWhole = cells.length === header.length + 1;
          return { offset: first + index, value: isWhole ? asRow(cells) : bytes };
        });
      }
    },
  };
}

/**
 * Rows as lines of CSV: null is an empty cell without quotes, and a `t` stands behind the last column, for an empty line
 * would be no row. Where not all are wanted, the rest comes nevertheless: the connection has more to do.
 */
async function* copied(client: pg.ClientBase, query: string): AsyncGenerator<Buffer> {
  const stream = client.query(
    copyTo(`copy (select q.*, true from (${query}) as q) to stdout with (format csv)`),
  );
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } finally {
    if (!stream.readableEnded && !stream.destroyed) await once(stream.resume(), 'end');
  }
}

/** `archive.events` is the table `events` of the schema `archive`. */
const quotedTable = (name: string): string => name.split('.').map(quoteIdentifier).join('.');

function checkColumns(
  what: string,
  fields: readonly pg.FieldDef[],
  columns: readonly ServedInput[],
  required: readonly string[],
): void {
  const present = fields.map(({ name }) => name);
  const lines = required
    .filter(name => !present.includes(name))
    .map(name => {
      const hint = suggestion(name, present);
      return `${what} has no column '${name}'${hint === null ? '' : `: ${hint}`}`;
    });
  const known = new Set(columns.map(({ name }) => name));
  const twice = present.filter((name, index) => known.has(name) && present.indexOf(name) !== index);
  lines.push(...[...new Set(twice)].map(name => `${what} has the column '${name}' more than once`));
  const instants = columns.filter(({ type }) => type.kind === 'timestamp').map(({ name }) => name);
  for (const { name, dataTypeID } of fields) {
    const type = zoneless[dataTypeID];
    if (type === undefined || !instants.includes(name)) continue;
    lines.push(
      `${what}: the column '${name}' is a ${type}, which names no instant: import a query that says \`${name} at time zone 'UTC'\`, or whichever zone it is`,
    );
  }
  if (lines.length > 0) throw new ImportError(lines.join('\n'));
}
