// Control path. The rows of a table or a query of the history's database, read by a cursor: never all at once.
import type pg from 'pg';
import { suggestion } from '../../kernels/nearest.ts';
import { quoteIdentifier } from '../history/relations.ts';
import type { ServedInput } from '../serve/plan.ts';
import type { FileRow } from '../sources/files/rows.ts';
import { cellOf } from '../sources/files/text-cell.ts';
import { queryDigest } from './digest.ts';
import { ImportError } from './options.ts';
import type { ImportFrom } from './options.ts';
import type { ImportRows, Rename } from './rows.ts';

/** Few, so that what is made of a page is garbage before it is old. */
const page = 1_000;

/** Values as the server writes them: what they are, the source's columns say. */
const asText = { getTypeParser: () => (text: string) => text };

/** Types of PostgreSQL that name no instant. */
const zoneless: Readonly<Record<number, string>> = { 1082: 'date', 1114: 'timestamp without time zone' };

/** @param columns by the names they have in the query */
export async function openQuery(
  client: pg.ClientBase,
  from: Exclude<ImportFrom, { readonly kind: 'file' }>,
  columns: readonly ServedInput[],
  rename: Rename | null,
): Promise<ImportRows> {
  const query =
    from.kind === 'query' ? from.sql.replace(/;\s*$/, '') : `select * from ${quotedTable(from.name)}`;
  const declare = `declare imported no scroll cursor for ${query}`;
  await client.query(declare);
  const { fields } = await client.query({ text: 'fetch forward 0 from imported', rowMode: 'array' });
  const what = from.kind === 'table' ? `the table ${from.name}` : 'the query';
  checkColumns(what, fields, columns);
  const cells = fields.map(({ name }) => columns.find(column => column.name === name) ?? null);
  const asRow = (texts: readonly (string | null)[]): Record<string, unknown> => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < texts.length; i += 1) {
      const [text, column] = [texts[i]!, cells[i]!];
      row[fields[i]!.name] = text === null || column === null ? text : cellOf(text, column);
    }
    return row;
  };
  return {
    digest: await queryDigest(client, query),
    areEnvelopes: false,
    read: async function* () {
      await client.query('close imported');
      await client.query(declare);
      for (let offset = 0; ;) {
        const { rows } = await client.query<(string | null)[]>({
          text: `fetch forward ${page} from imported`,
          rowMode: 'array',
          types: asText,
        });
        if (rows.length === 0) return;
        const first = offset;
        offset += rows.length;
        yield rows.map((row, index): FileRow => {
          const value = asRow(row);
          return { offset: first + index, value: rename === null ? value : rename(value) };
        });
      }
    },
  };
}

/** `archive.events` is the table `events` of the schema `archive`. */
const quotedTable = (name: string): string => name.split('.').map(quoteIdentifier).join('.');

function checkColumns(what: string, fields: readonly pg.FieldDef[], columns: readonly ServedInput[]): void {
  const present = fields.map(({ name }) => name);
  const wanted = columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
  const lines = wanted
    .filter(name => !present.includes(name))
    .map(name => {
      const hint = suggestion(name, present);
      return `${what} has no column '${name}'${hint === null ? '' : `: ${hint}`}`;
    });
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
