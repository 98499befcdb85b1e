// Control path: the forms in which a connector writes a cell, each turned into one that the column's own decoder takes
// (semantics §10, rules 34–36). What has no such form stays as it is, and the decoder decides.
import { isAcceptedInstant } from '../../kernels/instant-bounds.ts';
import { formatInstant } from '../../kernels/instant.ts';
import { readObject } from '../decode/cells.ts';
import { wholeOf, WideNumber } from '../decode/lossless-json.ts';
import { shown } from '../decode/refuse.ts';
import { Refusal } from '../decode/refusal.ts';
import type { RefusalReason } from '../decode/refusal.ts';
import type { TableColumn } from '../engine/program.ts';
import type { ConnectField } from './connect-schema.ts';
import { decimalOf } from './connect-decimal.ts';

/** How long the unit of an instant's form is, in ns. */
const instants: Readonly<Record<string, bigint>> = {
  'io.debezium.time.Date': 86_400_000_000_000n,
  'org.apache.kafka.connect.data.Date': 86_400_000_000_000n,
  'io.debezium.time.Timestamp': 1_000_000n,
  'org.apache.kafka.connect.data.Timestamp': 1_000_000n,
  'io.debezium.time.MicroTimestamp': 1_000n,
  'io.debezium.time.NanoTimestamp': 1n,
};

const timesOfDay = new Set([
  'io.debezium.time.Time',
  'io.debezium.time.MicroTime',
  'io.debezium.time.NanoTime',
  'io.debezium.time.ZonedTime',
  'io.debezium.time.IsoTime',
  'org.apache.kafka.connect.data.Time',
]);

const DECIMAL = 'org.apache.kafka.connect.data.Decimal';
const VARIABLE_DECIMAL = 'io.debezium.data.VariableScaleDecimal';

/** What PostgreSQL calls no number or one without end, in the ways that connectors write it. */
const NOT_FINITE = /^(?:NaN|[+-]?Infinity|(?:POSITIVE|NEGATIVE)_INFINITY)$/;

/**
 * @param cell neither null nor undefined
 * @param field what the record's schema says of the column; null where it says nothing
 */
export function plainCell(
  column: string,
  { kind, nullable }: TableColumn,
  field: ConnectField | null,
  cell: unknown,
): unknown {
  const meaning = field === null ? '' : field.name;
  if (meaning === DECIMAL) return decimalCell(column, kind, cell, field!.scale, meaning);
  if (typeof cell === 'object' && !(cell instanceof WideNumber)) {
    const struct = readObject(cell);
    const isDecimal = struct !== null && 'scale' in struct && 'value' in struct && isNumeric(kind);
    return isDecimal ? decimalCell(column, kind, struct['value'], struct['scale'], VARIABLE_DECIMAL) : cell;
  }
  switch (kind) {
    case 'timestamp':
      return instantCell(column, meaning, cell);
    case 'boolean':
      return wholeOf(cell) === 1 ? true : wholeOf(cell) === 0 ? false : cell;
    case 'decimal':
    case 'double':
      return nullable && typeof cell === 'string' && NOT_FINITE.test(cell) ? null : cell;
    default:
      return cell;
  }
}

function isNumeric(kind: TableColumn['kind']): boolean {
  return kind === 'decimal' || kind === 'double' || kind === 'int' || kind === 'bigint' || kind === 'text';
}

function decimalCell(
  column: string,
  kind: TableColumn['kind'],
  cell: unknown,
  scale: unknown,
  meaning: string,
): unknown {
  const text = decimalOf(cell, scale);
  if (text === null) return wrong(column, 'wrong-type', `the base64 of ${meaning}`, cell);
  const isWhole = !text.includes('.');
  if (kind === 'double') return Number(text);
  if (kind === 'int' && isWhole) return Number(text);
  if (kind === 'bigint' && isWhole) return BigInt(text);
  return text;
}

/** ISO 8601, whatever the column's own unit is. */
function instantCell(column: string, meaning: string, cell: unknown): unknown {
  if (timesOfDay.has(meaning)) {
    return wrong(column, 'wrong-type', `an instant, and ${meaning} is a time of day: declare it int()`, cell);
  }
  if (meaning === 'io.debezium.time.IsoDate' && typeof cell === 'string')
    return `${cell.replace(/Z$/, '')}T00:00:00Z`;
  const unit = instants[meaning];
  if (unit === undefined) return cell;
  const count = wholeOf(cell);
  if (count === null) return wrong(column, 'not-an-instant', `${meaning}, a whole number`, cell);
  const us = microsecondsOf(count, unit);
  if (us === null) return wrong(column, 'not-an-instant', 'an instant of whole microseconds', cell);
  if (!isAcceptedInstant(us)) return wrong(column, 'not-an-instant', 'an instant from 1700 to 2249', cell);
  return formatInstant(us);
}

/** null where it is no whole number of µs. */
function microsecondsOf(count: number | bigint, unit: bigint): number | null {
  // Beyond what a double counts in µs nothing is an accepted instant, and days, ms and µs within are exact.
  if (unit === 1n) {
    const ns = BigInt(count);
    return ns % 1000n === 0n ? Number(ns / 1000n) : null;
  }
  return Number(count) * Number(unit / 1000n);
}

function wrong(column: string, reason: RefusalReason, expected: string, cell: unknown): Refusal {
  return new Refusal(reason, column, `${column} must be ${expected}, not ${shown(cell)}`);
}
