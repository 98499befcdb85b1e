// Control path: the versions of one primary key, and what truncates make of them (semantics §7, rules 17–19).
import { comparePlaces } from '../state/lanes.ts';
import type { Lanes } from '../state/lanes.ts';
import type { Change, TableRow } from './envelope.ts';
import { isAfter, isBelow } from './log-position.ts';
import type { FeedRow } from './slot-rows.ts';

/** A change in its place. */
export interface PlacedChange extends Change {
  readonly lane: number;
  readonly offset: number;
  /** The row before it, where the versions before it are forgotten: those of `after` are then resolved. */
  readonly earlier?: TableRow | null;
}

/** A version that exists. */
export interface Version {
  change: PlacedChange;
  readonly versionTime: number;
  /** Null where the version before it has no row, or a truncate came between. */
  before: TableRow | null;
  readonly row: TableRow | null;
  /** The commit time from which on another version, or none, stands in its place. */
  until: number;
  /** What the feeds hold of it as a row. */
  rows: readonly FeedRow[];
  /** What the feeds hold of it as an event, and of the truncate that deleted its row. */
  events: readonly FeedRow[];
}

const nothing: readonly FeedRow[] = [];

export function compareChanges(lanes: Lanes, a: PlacedChange, b: PlacedChange): number {
  return comparePlaces(lanes, a.lane, a.offset, b.lane, b.offset);
}

/** The versions of one key that exist among its changes, which stand in order of position. */
export function versionsOf(changes: readonly PlacedChange[], truncates: readonly PlacedChange[]): Version[] {
  const versions: Version[] = [];
  for (const change of changes) {
    const previous = versions.at(-1) ?? null;
    if (previous !== null && !isAfter(change.lsn, previous.change.lsn)) continue;
    const version = versionOf(change, previous, truncates);
    if (previous !== null) previous.until = Math.min(previous.until, version.versionTime);
    versions.push(version);
  }
  return versions;
}

/** The version that a change makes after another. @param truncates in order of commit time */
export function versionOf(
  change: PlacedChange,
  previous: Version | null,
  truncates: readonly PlacedChange[],
): Version {
  const versionTime =
    previous === null ? change.commitTime : Math.max(previous.versionTime, change.commitTime);
  const cut = previous !== null && isCut(previous, change, versionTime, truncates);
  const before = previous === null ? (change.earlier ?? null) : cut ? null : previous.row;
  return {
    change,
    versionTime,
    before,
    row: resolve(change, before),
    until: removal(change, versionTime, truncates),
    rows: nothing,
    events: nothing,
  };
}

/** Whether a truncate removed the version before, and not this one. */
function isCut(
  previous: Version,
  change: PlacedChange,
  versionTime: number,
  truncates: readonly PlacedChange[],
): boolean {
  for (let i = truncates.length - 1; i >= 0; i -= 1) {
    const truncate = truncates[i]!;
    if (truncate.commitTime < previous.versionTime) return false;
    if (removes(truncate, previous.change, previous.versionTime) && !removes(truncate, change, versionTime))
      return true;
  }
  return false;
}

/** Columns that the message does not bring are those of the version before it; null where there is none. */
function resolve({ after, unavailable }: Change, before: TableRow | null): TableRow | null {
  if (after === null || unavailable.length === 0) return after;
  const row = { ...after };
  for (const name of unavailable) row[name] = before?.[name] ?? null;
  return row;
}

/** When the first truncate removes a version; Infinity: none does. */
function removal(change: PlacedChange, versionTime: number, truncates: readonly PlacedChange[]): number {
  let until = Infinity;
  for (let i = truncates.length - 1; i >= 0 && truncates[i]!.commitTime >= versionTime; i -= 1) {
    if (removes(truncates[i]!, change, versionTime)) until = truncates[i]!.commitTime;
  }
  return until;
}

/** Rule 18. */
export function removes(truncate: PlacedChange, change: PlacedChange, versionTime: number): boolean {
  if (truncate.lane === change.lane)
    return change.offset < truncate.offset && versionTime <= truncate.commitTime;
  const below = change.lsn !== null && truncate.lsn !== null && isBelow(change.lsn, truncate.lsn);
  return versionTime < truncate.commitTime || (versionTime === truncate.commitTime && below);
}

/** A row that a truncate deletes, of the version that was the last. */
export interface Deletion {
  readonly version: Version;
  readonly truncate: PlacedChange;
}

/** Rule 19: a truncate deletes the last row that it removes, if no truncate before it has. */
export function deletionsBy(versions: readonly Version[], truncates: readonly PlacedChange[]): Deletion[] {
  const deletions: Deletion[] = [];
  let remaining = versions;
  const first = versions[0]?.versionTime ?? Infinity;
  for (const truncate of truncates) {
    if (truncate.commitTime < first) continue;
    const version = remaining.findLast(({ change, versionTime }) => removes(truncate, change, versionTime));
    if (version === undefined) continue;
    if (version.row !== null) deletions.push({ version, truncate });
    remaining = remaining.filter(({ change, versionTime }) => !removes(truncate, change, versionTime));
  }
  return deletions;
}
