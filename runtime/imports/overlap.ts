// Control path. Whether an import is of a time that an earlier one has already: of two versions of one file every event
// would count twice (semantics §10.60).
import type pg from 'pg';
import { queryRows } from '../history/client.ts';
import { readImports } from '../history/import-registry.ts';
import type { Import } from '../history/import-registry.ts';
import { instantConstant, instantText } from '../history/instants.ts';
import { importTopic } from '../history/partitions.ts';
import type { SqlSource } from '../history/program.ts';
import { quoteIdentifier } from '../history/relations.ts';
import { ImportError } from './options.ts';
import type { Overlap } from './options.ts';
import type { Extent } from './take-rows.ts';

/** Earlier imports that begin before these rows end, and end after they begin. @param except the number of one that goes */
export async function neighboursOf(
  client: pg.ClientBase,
  { name }: SqlSource,
  { earliest, latest }: Extent,
  except: number | null,
): Promise<readonly Import[]> {
  if (earliest === null || latest === null) return [];
  return (await readImports(client, name)).filter(
    ({ number, droppedAt, first, last }) =>
      droppedAt === null && number !== except && first <= latest && last >= earliest,
  );
}

/** What rows that are stored, as an import of this number, share with its neighbours. */
export async function overlapsOf(
  client: pg.ClientBase,
  source: SqlSource,
  epoch: number,
  { earliest, latest }: Extent,
  neighbours: readonly Import[],
): Promise<readonly Overlap[]> {
  const overlaps: Overlap[] = [];
  for (const { number, from, stored, first, last } of neighbours) {
    const [begin, end] = [Math.max(first, earliest!), Math.min(last, latest!)];
    const [row] = await queryRows(client, sharedQuery(source, number, epoch, begin, end));
    const [theirs, ours, same] = ['theirs', 'ours', 'same'].map(column => Number(row![column]));
    // One fills a gap of the other; or the last instant of one is the first of the other, and no row is the same.
    if (theirs === 0 || ours === 0 || (begin === end && same === 0)) continue;
    overlaps.push({ ...{ import: number, from, stored, first, last, theirs: theirs!, same: same! } });
  }
  return overlaps;
}

/** Rows are the same where they are in every column, however they arrived; changes where they were committed at once too. */
function sharedQuery(source: SqlSource, earlier: number, epoch: number, begin: number, end: number): string {
  const eventTime = source.punctuality?.eventTime ?? null;
  const own = source.kind === 'table' ? '_commit_time' : (eventTime ?? '_arrived_at');
  const time = `h.${quoteIdentifier(own)}`;
  const compared = [
    ...source.columns.map(({ name }) => name),
    ...(source.kind === 'table' ? ['_op', own] : []),
  ];
  const text = `row(${compared.map(name => `h.${quoteIdentifier(name)}`).join(', ')})::text`;
  const rowsOf = (number: number): string =>
    `select ${text} as record from ${source.table} as h where h._topic = ${importTopic} and h._epoch = ${number}
       and ${time} between ${instantConstant(begin)} and ${instantConstant(end)}`;
  return `with theirs as materialized (${rowsOf(earlier)}), ours as materialized (${rowsOf(epoch)})
    select (select count(*) from theirs) as theirs, (select count(*) from ours) as ours,
      (select count(*) from ours where record in (select record from theirs)) as same`;
}

export function overlapping(source: string, overlaps: readonly Overlap[]): ImportError {
  const [first] = overlaps;
  return new ImportError(
    [
      `the history has imports of ${source} that are of the same time, and what is in both counts twice:`,
      ...overlaps.map(each => `  ${overlapText(each)}`),
      `Put this one in its place with --replace ${first!.import}, or, where both are wanted, say --overlap`,
    ].join('\n'),
  );
}

/** In words: `import 1 (january.csv): …`. */
export function overlapText({ import: number, from, stored, first, last, theirs, same }: Overlap): string {
  const count = (rows: number): string => rows.toLocaleString('en');
  return (
    `import ${number} (${from}): ${count(stored)} rows from ${instantText(first)} to ${instantText(last)}, ` +
    `${count(theirs)} of them within the time of these; ${same === 0 ? 'no row is' : same === 1 ? '1 row is' : `${count(same)} rows are`} the same`
  );
}
