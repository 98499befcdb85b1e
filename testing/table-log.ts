import { z } from 'zod';
import type { Shape, TableDefinition } from '../dsl/index.ts';
import { isAcceptedInstant } from '../kernels/instant-bounds.ts';
import { asObject, isNotice, logPosition, meaningsOf, plainRow, unwrapped } from './debezium.ts';
import { parseBytes, Refusal, rowDecoder } from './record.ts';
import type { Entry, Placed, RowValue, Verdict } from './record.ts';

/** What Debezium writes in place of a column that the database did not log. */
const UNAVAILABLE = '__debezium_unavailable_value';

const count = z.int().nullish();
const times = { ts_us: count, ts_ms: count, ts_ns: z.unknown().optional() };
const envelope = z.object({
  op: z.enum(['c', 'u', 'd', 'r', 't']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  source: z.looseObject(times).nullish(),
  ...times,
});

/** A change off the wire: of one row, or a truncate (`op: 't'`, without key and row). */
export interface LoggedChange extends Placed {
  readonly index: number;
  readonly op: 'c' | 'u' | 'd' | 'r' | 't';
  /** The primary key's values, in its order. */
  readonly key: readonly unknown[];
  /** The row as written; null for a delete. */
  readonly after: RowValue | null;
  /** Columns of `after` that only the version before it knows. */
  readonly unavailable: readonly string[];
  readonly commitTime: number;
  /** Where the change stands in its database's log (rule 37). */
  readonly lsn: bigint | null;
}

/** Reads a changelog (rule 22): what decodes, in order of position. */
export function readChanges(
  table: TableDefinition,
  log: readonly Entry[],
  verdicts: Verdict[],
): LoggedChange[] {
  const changes: LoggedChange[] = [];
  const decode = changeDecoder(table);
  const parsed = (value: unknown): unknown =>
    value instanceof Uint8Array ? parseBytes(value, table.shape) : value;
  for (const { value, key, ...placed } of log) {
    const change = decode(parsed(value), parsed(key ?? null));
    const isChange = !('kind' in change);
    verdicts[placed.index] = isChange ? { kind: 'counted' } : change;
    if (isChange) changes.push({ ...placed, ...change });
  }
  return changes;
}

type Decoded = Omit<LoggedChange, keyof Placed | 'index'>;
type Passed = { readonly kind: 'tombstone' | 'notice' };

/** Debezium's envelope, read for one table. */
export function changeDecoder(
  table: TableDefinition,
): (value: unknown, messageKey?: unknown) => Decoded | Refusal | Passed {
  const { primaryKey } = table;
  return (value, messageKey = null) => {
    const { payload, schema } = unwrapped(value);
    if (payload === null) return { kind: 'tombstone' };
    if (isNotice(asObject(payload) ?? {})) return { kind: 'notice' };
    const parsed = envelope.safeParse(payload);
    if (!parsed.success) return new Refusal(null, `envelope: ${parsed.error.issues[0]!.path.join('.')}`);
    const { op, before, after, source } = parsed.data;
    const [database, connector] = [microseconds(source ?? {}), microseconds(parsed.data)];
    if (database === null || connector === null) return new Refusal(null, 'a time is no whole number');
    const commitTime = database === 0 ? connector : database;
    if (commitTime === 0 || !isAcceptedInstant(commitTime)) return new Refusal(null, 'no commit time');
    const position = logPosition(source ?? {});
    if (position === undefined) return new Refusal(null, 'no position in the log');
    const change = { op, commitTime, lsn: op === 'r' ? null : position };
    if (op === 't') return { ...change, key: [], after: null, unavailable: [] };
    const deleted = op === 'd';
    const unavailable = deleted ? [] : unavailableColumns(after, table);
    const read = deleted
      ? decodeKey(table, before ?? null, schema, messageKey)
      : decodeColumns(
          table.shape,
          Object.keys(table.shape).filter(name => !unavailable.includes(name)),
          after,
          meaningsOf(schema, 'after'),
        );
    if (read instanceof Refusal) return read;
    const missing = primaryKey.find(name => read[name] === null);
    if (missing !== undefined) return new Refusal(missing, 'a primary key is never null');
    return { ...change, key: primaryKey.map(name => read[name]), after: deleted ? null : read, unavailable };
  };
}

/** A row is refused for its first bad column in the order of the schema (rule 23). */
function decodeColumns(
  shape: Shape,
  names: readonly string[],
  image: unknown,
  meanings: ReturnType<typeof meaningsOf>,
): RowValue | Refusal {
  const cells = asObject(image);
  if (cells === null) return new Refusal(null, 'no row');
  const { row, refusals } = plainRow(cells, shape, names, meanings);
  const bad = refusals[0]?.column;
  const sound = bad == null ? names : names.slice(0, names.indexOf(bad));
  const decoded = decoderOf(shape, sound)(row);
  return decoded instanceof Refusal ? decoded : (refusals[0] ?? decoded);
}

/** The decoder of some columns of a shape; schemas are slow to make. */
function decoderOf(shape: Shape, names: readonly string[]): ReturnType<typeof rowDecoder> {
  const made = decoders.get(shape) ?? new Map<string, ReturnType<typeof rowDecoder>>();
  decoders.set(shape, made);
  const key = names.join('\0');
  const decoder = made.get(key) ?? rowDecoder(Object.fromEntries(names.map(name => [name, shape[name]!])));
  made.set(key, decoder);
  return decoder;
}

const decoders = new WeakMap<Shape, Map<string, ReturnType<typeof rowDecoder>>>();

/** What a deletion deletes: `before` says it, or else the message's key, column by column (rule 35). */
function decodeKey(
  table: TableDefinition,
  before: unknown,
  schema: unknown,
  messageKey: unknown,
): RowValue | Refusal {
  if (before !== null && asObject(before) === null) return new Refusal(null, 'no row');
  const key = unwrapped(messageKey);
  const keyCells = asObject(key.payload) ?? {};
  const image = asObject(before) ?? {};
  const isTold = (name: string): boolean => image[name] != null;
  const cells = Object.fromEntries(
    table.primaryKey.map(name => [name, (isTold(name) ? image[name] : keyCells[name]) ?? undefined]),
  );
  const [fromBefore, fromKey] = [meaningsOf(schema, 'before'), meaningsOf(key.schema)];
  const meanings = new Map(
    table.primaryKey.flatMap(name => {
      const meaning = (isTold(name) ? fromBefore : fromKey).get(name);
      return meaning === undefined ? [] : [[name, meaning] as const];
    }),
  );
  const names = Object.keys(table.shape).filter(name => table.primaryKey.includes(name));
  return decodeColumns(table.shape, names, cells, meanings);
}

/** `ts_us`, else `ts_ms` · 1000, else `ts_ns` cut to µs; 0 where none is told (rule 22), null where it is no number. */
function microseconds({
  ts_us,
  ts_ms,
  ts_ns,
}: {
  ts_us?: unknown;
  ts_ms?: unknown;
  ts_ns?: unknown;
}): number | null {
  if (ts_us != null && ts_us !== 0) return ts_us as number;
  if (ts_ms != null && ts_ms !== 0) return (ts_ms as number) * 1000;
  if (ts_ns == null) return 0;
  if (typeof ts_ns !== 'bigint' && !Number.isSafeInteger(ts_ns)) return null;
  return Number(BigInt(ts_ns as number) / 1000n);
}

function unavailableColumns(image: unknown, { shape, primaryKey }: TableDefinition): string[] {
  const cells = asObject(image) ?? {};
  return Object.keys(shape).filter(name => cells[name] === UNAVAILABLE && !primaryKey.includes(name));
}
