import type { TableDefinition } from '../dsl/index.ts';
import { isSameServer } from './debezium.ts';
import { comparePositions, samePartition } from './record.ts';
import type { RowValue } from './record.ts';
import type { Row } from './stream-rows.ts';
import type { LoggedChange } from './table-log.ts';

/** A version that exists (semantics §7, rules 17–19). */
interface Version extends LoggedChange {
  readonly versionTime: number;
  readonly before: RowValue | null;
  readonly row: RowValue | null;
}

/** A row of a table, or a change of one, with its primary key. */
export interface TableRow extends Row {
  readonly key: readonly unknown[];
}

/** The versions of one key that exist among those known, in order of position (rule 17). */
export function versionsOf(known: readonly LoggedChange[], truncates: readonly LoggedChange[]): Version[] {
  const versions: Version[] = [];
  for (const change of known) {
    const previous = versions.at(-1);
    // A version whose LSN is not above its predecessor's is a redelivery and does not exist.
    if (
      previous?.lsn != null &&
      change.lsn !== null &&
      isSameServer(change.lsn, previous.lsn) &&
      change.lsn <= previous.lsn
    )
      continue;
    const versionTime = Math.max(previous?.versionTime ?? -Infinity, change.commitTime);
    const placed = { ...change, versionTime };
    const truncated =
      previous !== undefined &&
      truncates.some(truncate => removes(truncate, previous) && !removes(truncate, placed));
    const before = previous === undefined || truncated ? null : previous.row;
    versions.push({ ...placed, before, row: resolve(change, before) });
  }
  return versions;
}

/** Columns that the message does not bring are those of the version before it; null where there is none. */
function resolve({ after, unavailable }: LoggedChange, before: RowValue | null): RowValue | null {
  if (after === null || unavailable.length === 0) return after;
  return { ...after, ...Object.fromEntries(unavailable.map(name => [name, before?.[name] ?? null])) };
}

/** Rule 18. */
function removes(truncate: LoggedChange, version: Omit<Version, 'before' | 'row'>): boolean {
  const { versionTime } = version;
  if (samePartition(truncate, version)) {
    return version.position[3] < truncate.position[3] && versionTime <= truncate.commitTime;
  }
  const sameTimeBelow =
    version.lsn !== null &&
    truncate.lsn !== null &&
    isSameServer(version.lsn, truncate.lsn) &&
    version.lsn < truncate.lsn;
  return versionTime < truncate.commitTime || (versionTime === truncate.commitTime && sameTimeBelow);
}

/** One key's row at the right end `to` of commit times, or null: the last version, unless deleted or truncated. */
export function rowAt(
  table: TableDefinition,
  versions: readonly Version[],
  truncates: readonly LoggedChange[],
  to: number,
): TableRow | null {
  const last = versions.findLast(version => version.versionTime <= to);
  if (last === undefined || last.row === null) return null;
  if (truncates.some(truncate => truncate.commitTime <= to && removes(truncate, last))) return null;
  const time = table.time === null ? null : ((last.row[table.time] ?? null) as number | null);
  return { ...last, value: last.row, time, memo: memoOf(last.row) };
}

const memos = new WeakMap<RowValue, Map<unknown, unknown>>();

function memoOf(row: RowValue): Map<unknown, unknown> {
  const memo = memos.get(row) ?? new Map<unknown, unknown>();
  memos.set(row, memo);
  return memo;
}

/** One key's changes as events (rule 19). */
export function changeEvents(versions: readonly Version[], truncates: readonly LoggedChange[]): TableRow[] {
  const events: TableRow[] = versions.map(version => {
    const { op, before, row: after, versionTime: time } = version;
    return { ...version, value: { op, before, after }, time, memo: new Map() };
  });
  // A truncate deletes the last row that it removes, if no truncate before it has.
  let remaining = versions;
  for (const truncate of [...truncates].sort(byTime)) {
    const last = remaining.findLast(version => removes(truncate, version));
    if (last?.row != null) {
      const value = { op: 'd', before: last.row, after: null };
      events.push({ ...truncate, key: last.key, value, time: truncate.commitTime, memo: new Map() });
    }
    remaining = remaining.filter(version => !removes(truncate, version));
  }
  return events;
}

function byTime(a: LoggedChange, b: LoggedChange): number {
  return a.commitTime - b.commitTime || comparePositions(a.position, b.position);
}
