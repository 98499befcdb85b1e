// Control path: what a table keeps of one primary key.
import type { TableModule } from '../engine/program.ts';
import type { Scalar } from '../engine/value.ts';
import type { SnapshotReader, SnapshotWriter } from '../state/bytes.ts';
import type { Operation, TableRow } from './envelope.ts';
import type { PlacedChange, Version } from './versions.ts';

/**
 * The versions of a primary key that something may still ask for, in order of position.
 *
 * As long as changes come in that order, the last version says all that the next one needs: whether it is a
 * redelivery, and what its columns were before. Where one came out of order, every change is kept (`changes`), also
 * those that make no version now: what stands before them may yet come, and make them one.
 */
export interface KeyHistory {
  readonly id: string;
  readonly key: readonly Scalar[];
  versions: Version[];
  changes: PlacedChange[] | null;
  /** So many of the oldest versions have rows that no read sees, and the feeds have let go of. */
  hidden: number;
  /** So many of the oldest versions nothing sees at all: they can be forgotten. */
  dead: number;
}

export function newHistory(key: readonly Scalar[]): KeyHistory {
  return { id: keyText(key), key, versions: [], changes: null, hidden: 0, dead: 0 };
}

/** Keys as text, part by part, so that no two keys are told alike. */
export function keyText(key: readonly Scalar[]): string {
  return JSON.stringify(key.map(String));
}

/** What a checkpoint keeps of a history that is about to change: its elements mean the same ever after. */
export function copyHistory(history: KeyHistory): KeyHistory {
  return { ...history, versions: history.versions.slice(), changes: history.changes?.slice() ?? null };
}

export function saveHistory(writer: SnapshotWriter, { columns }: TableModule, history: KeyHistory): void {
  writer.number(history.changes === null ? 0 : 1);
  saveChanges(writer, columns, history.changes ?? history.versions.map(asChange));
}

/** @returns the history as it was saved, its versions not yet worked out */
export function restoreHistory(
  reader: SnapshotReader,
  module: TableModule,
): {
  readonly key: readonly Scalar[];
  readonly changes: PlacedChange[];
  readonly isOrderly: boolean;
} {
  const isOrderly = reader.number() === 0;
  const changes = restoreChanges(reader, module);
  return { key: changes[0]!.key, changes, isOrderly };
}

/** A version as the change that makes it, also where those before it are forgotten. */
function asChange({ change, before }: Version, place: number): PlacedChange {
  return place === 0 ? { ...change, earlier: before } : change;
}

export function changesOf(versions: readonly Version[]): PlacedChange[] {
  return versions.map(asChange);
}

export function saveChanges(
  writer: SnapshotWriter,
  columns: readonly string[],
  changes: readonly PlacedChange[],
): void {
  writer.number(changes.length);
  for (const { op, key, after, unavailable, commitTime, lsn, lane, offset, earlier } of changes) {
    for (const part of [op, key, unavailable, commitTime, lsn, lane, offset]) writer.value(part);
    saveRow(writer, columns, after);
    saveRow(writer, columns, earlier ?? null);
  }
}

export function restoreChanges(reader: SnapshotReader, module: TableModule): PlacedChange[] {
  const count = reader.number();
  const changes: PlacedChange[] = [];
  for (let i = 0; i < count; i += 1) changes.push(restoreChange(reader, module));
  return changes;
}

function restoreChange(reader: SnapshotReader, module: TableModule): PlacedChange {
  const op = reader.value() as Operation;
  const key = reader.value() as Scalar[];
  const unavailable = reader.value() as string[];
  const commitTime = reader.value() as number;
  const lsn = reader.value() as bigint | null;
  const lane = reader.value() as number;
  const offset = reader.value() as number;
  const after = restoreRow(reader, module);
  const earlier = restoreRow(reader, module);
  const shared = unavailable.length === 0 ? allKnown : unavailable;
  return { op, key, after, unavailable: shared, commitTime, lsn, lane, offset, earlier };
}

const allKnown: readonly string[] = [];

function saveRow(writer: SnapshotWriter, columns: readonly string[], row: TableRow | null): void {
  writer.value(row !== null);
  if (row !== null) for (const name of columns) writer.value(row[name] ?? null);
}

function restoreRow(reader: SnapshotReader, module: TableModule): TableRow | null {
  if (reader.value() !== true) return null;
  const row = module.createRow() as TableRow;
  for (const name of module.columns) row[name] = reader.value() as Scalar | null;
  return row;
}
