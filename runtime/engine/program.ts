// Control path: what a generated program consists of.
import type { JsonScanner } from '../decode/json-scanner.ts';
import type { Refusal } from '../decode/refusal.ts';
import type { GroupContext, GroupState } from './group-state.ts';
import type { Scalar, Value } from './value.ts';

/** The version of the names in `runtime/abi.ts`. Generated code carries the one it was written for. */
export const ABI_VERSION = 1;

/** What `generated/stream/index.ts` exports. */
export interface StreamProgram {
  readonly abi: number;
  /** A digest of the plan: state saved under one plan is not restored under another. */
  readonly fingerprint: string;
  readonly sources: readonly SourceModule[];
  readonly groups: readonly GroupModule[];
  readonly vectors: readonly VectorModule[];
}

export type SourceModule = StreamModule | TableModule | ChangesModule;

/** Decoding of one source's rows. `R` is the generated row: a class of plain fields, inner values in them. */
export interface RowDecoder<R> {
  createRow(): R;
  /** Reads parsed JSON into `row`. @returns null, or why the record is refused; the row is then half-written */
  decode(value: unknown, row: R): Refusal | null;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a program holds modules of unlike rows side by side; each alone is typed by its own row
type AnyRow = any;

export interface StreamModule<R = AnyRow> extends RowDecoder<R> {
  readonly kind: 'stream';
  readonly name: string;
  /** null: unbounded. */
  readonly lateness: number | null;
  readonly earliness: number;
  /** How long an id is remembered; null: no record repeats another. */
  readonly horizon: number | null;
  eventTime(row: R): number;
  /** Reads JSON bytes into `row` where they are plain enough; false: parse them and use `decode`. */
  scan(scanner: JsonScanner, row: R): boolean;
  /** Null where the row has none, or the source declares no id. */
  id(row: R): Scalar | null;
}

/** What a column of a table holds, as far as the forms go that a connector may write it in. */
export interface TableColumn {
  readonly kind: 'int' | 'bigint' | 'decimal' | 'double' | 'text' | 'enum' | 'uuid' | 'boolean' | 'timestamp';
  readonly nullable: boolean;
}

export interface TableModule<R = AnyRow> extends RowDecoder<R> {
  readonly kind: 'table';
  readonly name: string;
  /** Columns in key order. */
  readonly primaryKey: readonly string[];
  /** In order of the schema. A message may leave the cells of all but the primary key to the version before it. */
  readonly columns: readonly string[];
  /** One for each column. */
  readonly types: readonly TableColumn[];
  /** As `decode`, of columns named alone: for keys of deletes, and rows with unavailable columns. */
  decodeColumns(value: unknown, row: R, columns: ReadonlySet<string>): Refusal | null;
  time(row: R): number | null;
}

export interface ChangesModule {
  readonly kind: 'changes';
  readonly name: string;
  readonly table: string;
}

/** Some of a group's features: what one lookup of a vector needs. `V`: their values by name. */
export interface GroupPart<V = Record<string, Value>> {
  /** The group's. */
  readonly name: string;
  read(state: GroupState, slot: number, t: number, before: boolean): V;
}

/** A whole group. */
export interface GroupModule<V = Record<string, Value>> extends GroupPart<V> {
  /** How far behind the clock the group still answers, in µs. */
  readonly lookback: number;
  create(context: GroupContext): GroupState;
}

export interface VectorModule {
  readonly name: string;
  read(read: ReadLookup, request: Readonly<Record<string, Scalar | null>>, t: number): Record<string, Value>;
}

/** Reads a group inside a vector: a key found on the way may be null, and is then a key never seen. */
export type ReadLookup = <V>(part: GroupPart<V>, keys: Readonly<Record<string, Value>>) => V;
