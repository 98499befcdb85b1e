import { isStorableText } from '../kernels/text.ts';
import { describeColumn, wireSchema } from '../dsl/index.ts';
import type { Shape } from '../dsl/index.ts';

/** A record off the wire, with its place in the log (semantics §2). Times are µs. */
export interface SourceRecord {
  readonly source: string;
  /** The topic's place in the source's list, 0 unless told otherwise; −1: an imported history. */
  readonly topic?: number;
  readonly epoch?: number;
  readonly partition: number;
  readonly offset: number;
  /** The record's own timestamp; the oracle makes it monotone in its partition. */
  readonly arrivedAt: number;
  /** Parsed JSON, or its bytes; null: a tombstone. */
  readonly value: unknown;
  /** The message's key, in the same forms: a deletion may say nowhere else what it deletes. */
  readonly key?: unknown;
}

/** A record that does not decode (semantics §10, Wire): where known, by which column. */
export class Refusal {
  readonly kind = 'refused';

  constructor(
    readonly column: string | null,
    readonly message: string,
  ) {}
}

/**
 * What became of a record. `known`: its offset was taken already. `tombstone`, `notice`: in a table's changelog, a
 * null value or a message that is about no row.
 */
export type Verdict =
  { readonly kind: 'counted' | 'late' | 'early' | 'repeat' | 'known' | 'tombstone' | 'notice' } | Refusal;

/** A row as lambdas see it. */
export type RowValue = Readonly<Record<string, unknown>>;

/** (topic, epoch, partition, offset). */
export type Position = readonly [number, number, number, number];

export interface Placed {
  readonly source: string;
  readonly position: Position;
  readonly arrivedAt: number;
}

/** A record in its place: `index` is where it stood among those given. */
export interface Entry extends Placed {
  readonly index: number;
  readonly value: unknown;
  readonly key?: unknown;
}

export function comparePositions(a: Position, b: Position): number {
  for (let i = 0; i < 4; i += 1) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

export function samePartition(a: Placed, b: Placed): boolean {
  return (
    a.position[0] === b.position[0] && a.position[1] === b.position[1] && a.position[2] === b.position[2]
  );
}

/**
 * The log of one source in order of position, each offset once (§2): `arrivedAt` is the greatest record
 * timestamp so far in the partition.
 */
export function readLog(records: readonly (SourceRecord & { readonly index: number })[]): Entry[] {
  const log: Entry[] = [];
  const placed = records.map(({ source, topic = 0, epoch = 0, partition, offset, ...rest }) => {
    return { ...rest, source, position: [topic, epoch, partition, offset] as const };
  });
  for (const entry of placed.sort((a, b) => comparePositions(a.position, b.position))) {
    const previous = log.at(-1);
    if (previous === undefined || !samePartition(previous, entry)) log.push(entry);
    else if (previous.position[3] !== entry.position[3]) {
      log.push({ ...entry, arrivedAt: Math.max(previous.arrivedAt, entry.arrivedAt) });
    }
  }
  return log;
}

/**
 * zod's verdict on a row, column by column in the order of the schema, with rule 21's on what zod does not ask:
 * text that PostgreSQL can hold. Columns that the schema does not know are ignored.
 */
export function rowDecoder(shape: Shape): (value: unknown) => RowValue | Refusal {
  const columns = Object.entries(wireSchema(shape).shape);
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return new Refusal(null, 'no row');
    const row: Record<string, unknown> = {};
    for (const [column, schema] of columns) {
      const parsed = schema.safeParse((value as RowValue)[column]);
      if (!parsed.success) return new Refusal(column, parsed.error.issues[0]!.message);
      const cell: unknown = parsed.data;
      if (typeof cell === 'string' && !isStorableText(cell)) {
        return new Refusal(column, 'text with NUL or a lone surrogate');
      }
      row[column] = cell === 0 ? 0 : cell; // −0 on the wire is 0
    }
    return row;
  };
}

/**
 * The value of a record that is bytes: as `JSON.parse` reads it, but that a number loses no digit on its way
 * into a bigint or decimal column, an instant, or a log's position.
 * @returns undefined where the bytes are no JSON, or are nested more than 200 levels deep (rule 39)
 */
export function parseBytes(bytes: Uint8Array, shape: Shape): unknown {
  const kinds = kindsOf(shape);
  const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (depthOf(text) > 200) return undefined;
    JSON.parse(text);
    // Numbers that would lose digits go through as texts with a mark; texts that begin like one get another.
    const marked = text.replace(token, found => {
      if (/^[^"].{15}/.test(found)) return `"\\u0000${found}"`;
      return found.startsWith('"\\u0000') ? `"\\u0000s${found.slice(1)}` : found;
    });
    return JSON.parse(marked, (name, value: unknown) => {
      if (typeof value !== 'string' || !value.startsWith('\0')) return value;
      if (value[1] === 's') return value.slice(2);
      const digits = value.slice(1);
      const wide = /^-?\d+$/.test(digits) && !Number.isSafeInteger(Number(digits));
      if (
        wide &&
        (/^(lsn|pos|row|server_id|ts_ns)$/.test(name) || /^(bigint|timestamp)$/.test(kinds.get(name) ?? ''))
      )
        return BigInt(digits);
      return kinds.get(name) === 'decimal' ? digits : Number(digits);
    });
  } catch {
    return undefined;
  }
}

/** How many objects and lists stand in each other, at most. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.replace(/"(?:[^"\\]|\\.)*"?/gs, '').matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

const known = new WeakMap<Shape, ReadonlyMap<string, string | null>>();

function kindsOf(shape: Shape): ReadonlyMap<string, string | null> {
  const kinds =
    known.get(shape) ?? new Map(Object.entries(shape).map(([name, schema]) => [name, kindOf(schema)]));
  known.set(shape, kinds);
  return kinds;
}

function kindOf(schema: Shape[string]): string | null {
  const described = describeColumn(schema);
  return 'problem' in described ? null : described.type.kind;
}
