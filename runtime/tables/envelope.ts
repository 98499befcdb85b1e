// Control path: Debezium's envelope (semantics §10, rules 22–24 and 34–38).
import { isAcceptedInstant } from '../../kernels/instant-bounds.ts';
import { readObject } from '../decode/cells.ts';
import { parseJson, wholeOf } from '../decode/lossless-json.ts';
import { refuseRecord } from '../decode/refuse.ts';
import { Refusal } from '../decode/refusal.ts';
import type { TableModule } from '../engine/program.ts';
import type { Scalar } from '../engine/value.ts';
import { badEnvelope } from './bad-envelope.ts';
import { plainCell } from './connect-cell.ts';
import { fieldsOf, imageFieldsOf, unwrap } from './connect-schema.ts';
import type { ConnectFields } from './connect-schema.ts';
import { logPosition } from './log-position.ts';

/** What Debezium writes in place of a column that the database did not log. */
const UNAVAILABLE = '__debezium_unavailable_value';

export type Operation = 'c' | 'u' | 'd' | 'r' | 't';

/** What is in a changelog's topic and no change of a row: a null value, or a message of the connector's. */
export type Passed = 'tombstone' | 'notice';

/** A row as generated code declares it: inner values by column name. */
export type TableRow = Record<string, Scalar | null>;

/** A change off the wire: of one row, or a truncate (`op: 't'`, without key and row). */
export interface Change {
  readonly op: Operation;
  /** The primary key's values, in its order. */
  readonly key: readonly Scalar[];
  /** The row as written; null for a delete. */
  readonly after: TableRow | null;
  /** Columns of `after` that only the version before it knows. */
  readonly unavailable: readonly string[];
  readonly commitTime: number;
  /** Where the change stands in its database's log, as `log-position.ts` has it. */
  readonly lsn: bigint | null;
}

type Cells = Readonly<Record<string, unknown>>;

/**
 * Reads one record of a changelog.
 * @param value parsed JSON
 * @param messageKey the message's key, parsed JSON or its bytes: a deletion may say nowhere else what it deletes
 */
export function decodeChange(
  module: TableModule,
  value: unknown,
  messageKey: unknown = null,
): Change | Refusal | Passed {
  const { payload, schema } = unwrap(value);
  if (payload === null) return 'tombstone';
  const envelope = readObject(payload);
  if (envelope !== null && isNotice(envelope)) return 'notice';
  const op = envelope?.['op'];
  if (envelope === null || !isOperation(op)) {
    return badEnvelope(
      'op must be one of c, u, d, r, t, m: the record must be Debezium’s envelope, not a flattened row',
    );
  }
  const source = envelope['source'] ?? null;
  const sourceObject = readObject(source);
  if (source !== null && sourceObject === null) return badEnvelope('source must be an object');
  const commitTime = commitTimeOf(sourceObject, envelope);
  if (commitTime instanceof Refusal) return commitTime;
  const position = logPosition(sourceObject);
  if (position instanceof Refusal) return position;
  // A snapshot row stands for all that came before it; changes under way then have lower positions than it tells.
  const change = { op, commitTime, lsn: op === 'r' ? null : position };
  if (op === 't') return { ...change, key: [], after: null, unavailable: [] };
  const row = module.createRow() as TableRow;
  if (op === 'd') {
    const refusal = decodeDeleted(module, envelope['before'] ?? null, schema, messageKey, row);
    return refusal ?? { ...change, key: keyOf(module, row), after: null, unavailable: [] };
  }
  const image: unknown = envelope['after'];
  const cells = readObject(image);
  if (cells === null) return refuseRecord(image);
  const unavailable = unavailableColumns(module, cells);
  const fields = imageFieldsOf(schema, 'after');
  const wanted =
    unavailable.length === 0 ? null : new Set(module.columns.filter(name => !unavailable.includes(name)));
  const refusal = decodeCells(module, cells, fields, wanted, row);
  return refusal ?? nullInKey(module, row) ?? { ...change, key: keyOf(module, row), after: row, unavailable };
}

/** Heartbeats, the bounds of transactions, changes of the schema, and messages written to the log itself. */
function isNotice(envelope: Cells): boolean {
  const op = envelope['op'] ?? null;
  if (op !== null) return op === 'm';
  if ('ddl' in envelope && 'tableChanges' in envelope) return true;
  const status = envelope['status'];
  if ((status === 'BEGIN' || status === 'END') && typeof envelope['id'] === 'string') return true;
  const names = Object.keys(envelope);
  return names.length > 0 && names.every(name => name === 'ts_ms' || name === 'ts_us' || name === 'ts_ns');
}

function isOperation(op: unknown): op is Operation {
  return op === 'c' || op === 'u' || op === 'd' || op === 'r' || op === 't';
}

/** The first time that is told: the database's, else the connector's. µs. */
function commitTimeOf(source: Cells | null, envelope: Cells): number | Refusal {
  const database = microsecondsOf(source);
  const connector = microsecondsOf(envelope);
  if (database === null || connector === null)
    return badEnvelope('ts_us, ts_ns and ts_ms must be whole numbers');
  const time = database === 0 ? connector : database;
  if (isAcceptedInstant(time) && time !== 0) return time;
  return badEnvelope(
    'there is no commit time: source.ts_us, ts_ns or ts_ms, or the envelope’s, from 1700 to 2249',
  );
}

/** 0 where none is told: connectors write that where the log has no time. null where one of them is no number. */
function microsecondsOf(times: Cells | null): number | null {
  if (times === null) return 0;
  const [us, ms, ns] = ['ts_us', 'ts_ms', 'ts_ns'].map(name => wholeOf(times[name] ?? 0));
  // Nanoseconds are beyond what every JSON parser keeps: they are looked at where nothing else is told.
  if (typeof us !== 'number' || typeof ms !== 'number') return null;
  if (us !== 0) return us;
  if (ms !== 0) return ms * 1000;
  return ns === null ? null : Number(BigInt(ns!) / 1000n);
}

/** The primary key of a deleted row: from `before`, and what that does not have from the message's key. */
function decodeDeleted(
  module: TableModule,
  before: unknown,
  schema: unknown,
  messageKey: unknown,
  row: TableRow,
): Refusal | null {
  const image = before === null ? {} : readObject(before);
  if (image === null) return refuseRecord(before);
  const told = imageFieldsOf(schema, 'before');
  const key = unwrap(messageKey instanceof Uint8Array ? parseJson(messageKey) : messageKey);
  const keyCells = readObject(key.payload);
  const keyFields = fieldsOf(key.schema);
  const cells: Record<string, unknown> = {};
  const fields = new Map(told);
  for (const name of module.primaryKey) {
    cells[name] = image[name] ?? undefined;
    if (cells[name] !== undefined || keyCells === null) continue;
    cells[name] = keyCells[name] ?? undefined;
    const field = keyFields.get(name);
    if (field === undefined) fields.delete(name);
    else fields.set(name, field);
  }
  const refusal = decodeCells(module, cells, fields, new Set(module.primaryKey), row);
  if (refusal?.reason !== 'missing') return refusal ?? nullInKey(module, row);
  const { column } = refusal;
  return new Refusal('missing', column, `${column} is missing: neither before nor the message's key has it`);
}

/**
 * Decodes the columns asked for, each first brought into a form that its decoder takes.
 * @param wanted null: all of them
 */
function decodeCells(
  module: TableModule,
  cells: Cells,
  fields: ConnectFields,
  wanted: ReadonlySet<string> | null,
  row: TableRow,
): Refusal | null {
  const { columns, types } = module;
  let plain = cells as Record<string, unknown>;
  for (let i = 0; i < columns.length; i += 1) {
    const name = columns[i]!;
    const cell = cells[name] ?? null;
    if (cell === null || (wanted !== null && !wanted.has(name))) continue;
    const converted = plainCell(name, types[i]!, fields.get(name) ?? null, cell);
    if (converted === cell) continue;
    if (converted instanceof Refusal) {
      const earlier = columns.slice(0, i).filter(other => wanted === null || wanted.has(other));
      return module.decodeColumns(plain, row, new Set(earlier)) ?? converted;
    }
    if (plain === cells) plain = { ...cells };
    plain[name] = converted;
  }
  return wanted === null ? module.decode(plain, row) : module.decodeColumns(plain, row, wanted);
}

function keyOf(module: TableModule, row: TableRow): Scalar[] {
  return module.primaryKey.map(name => row[name]!);
}

function nullInKey(module: TableModule, row: TableRow): Refusal | null {
  const missing = module.primaryKey.find(name => (row[name] ?? null) === null);
  if (missing === undefined) return null;
  return new Refusal('missing', missing, `${missing} is part of the primary key and may not be null`);
}

function unavailableColumns(module: TableModule, cells: Cells): string[] {
  return module.columns.filter(name => cells[name] === UNAVAILABLE && !module.primaryKey.includes(name));
}
