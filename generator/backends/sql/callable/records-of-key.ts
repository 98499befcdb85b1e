import { boundsOf } from '../../../../runtime/history/features-query.ts';
import { plainRecord, readsRelation } from '../../../../runtime/history/relations.ts';
import type { SqlFeed, SqlGroup } from '../../../../runtime/history/program.ts';
import type { FeedPlan, SourcePlan, StreamPlan, TablePlan } from '../../../ir/index.ts';
import { historyTable } from '../columns.ts';
import { identifier } from '../literal.ts';
import { holdsKey, keyColumns } from './key-columns.ts';
import type { KeyColumn } from './key-columns.ts';
import { instantFunction } from './helpers.ts';

/** What a statement for one read calls the instant up to which arrivals are known. */
export const knownUntil = '"@until"';

/**
 * The records that can matter to the one read of `"skewless_reads"`, found by its key: a relation with `#for` and `#known`.
 *
 * 1. a stream's records of the key within the windows; where the stream has ids, all records of the ids among them,
 *    for a repeat may be of another key
 * 2. a table's records of every row that was the key's at any time, and all truncates
 *
 * One read has one knowledge, so records that arrived later need not be looked at: what exists, exists for it.
 */
export function recordsOfKey(
  source: SourcePlan,
  table: StreamPlan | TablePlan,
  plan: FeedPlan,
  group: SqlGroup,
  feed: SqlFeed,
): string {
  const from = `${historyTable(table.name)} as h`;
  const columns = keyColumns(source, plan);
  if (table.kind === 'table') return tableRecords(from, table, columns);
  return streamRecords(from, table, columns, group, feed);
}

const record = `select ${plainRecord()} from`;

function streamRecords(
  from: string,
  source: StreamPlan,
  columns: readonly KeyColumn[] | null,
  group: SqlGroup,
  feed: SqlFeed,
): string {
  const { earliest, latest } = boundsOf(group, feed);
  const { id, lateness, earliness } = source;
  const first =
    earliest === null
      ? []
      : [`h."_arrived_at" >= ${instant(`${earliest} - ${earliness + (id?.horizon ?? 0)}`)}`];
  const arrived = [`h."_arrived_at" <= ${knownUntil}`, ...first];
  const isOfKey = [
    ...(columns ?? []).map(isKey),
    ...inTime(source, earliest, latest),
    ...arrived,
    ...(lateness === null ? [] : [`h."_arrived_at" <= ${instant(`${latest} + ${lateness}`)}`]),
  ].join(' and ');
  if (columns === null) return `(${record} ${from} where ${arrived.join(' and ')})`;
  if (id === null) return `(${record} ${from} where ${isOfKey})`;
  const column = `h.${identifier(id.column)}`;
  const withoutId = isNullable(source, id.column)
    ? ` union all ${record} ${from} where ${isOfKey} and ${column} is null`
    : '';
  return `(${record} ${from} where ${column} in (select ${column} from ${from} where ${isOfKey}) and ${arrived.join(' and ')}${withoutId})`;
}

/** Event times as the index has them; a row without time is of the windows without a start. */
function inTime(source: StreamPlan, earliest: string | null, latest: string): readonly string[] {
  if (isNullable(source, source.eventTime)) return [];
  const time = `h.${identifier(source.eventTime)}`;
  return [`${time} <= ${instant(latest)}`, ...(earliest === null ? [] : [`${time} >= ${instant(earliest)}`])];
}

function isNullable({ columns }: StreamPlan, name: string): boolean {
  return columns.find(column => column.name === name)!.nullable;
}

function tableRecords(from: string, source: TablePlan, columns: readonly KeyColumn[] | null): string {
  const known = `h."_arrived_at" <= ${knownUntil}`;
  if (columns === null) return `(${record} ${from} where ${known})`;
  const isOfKey = [...columns.map(isKey), known].join(' and ');
  const key = source.primaryKey.map(name => `h.${identifier(name)}`).join(', ');
  const isPrimaryKey = source.primaryKey.every(name => columns.some(column => column.name === name));
  const isOfRow = isPrimaryKey
    ? isOfKey
    : `(${key}) in (select ${key} from ${from} where ${isOfKey}) and ${known}`;
  return `(${record} ${from} where h."_op" <> 't' and ${isOfRow}
    union all ${record} ${from} where h."_op" = 't' and ${known})`;
}

const isKey = (column: KeyColumn, place: number): string =>
  holdsKey(column, `s."k${place}"`, ` from ${readsRelation} as s`);

const instant = (us: string): string => `${instantFunction}(${us})`;
