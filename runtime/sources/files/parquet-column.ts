// Control path. What a column of a Parquet file is to us, told by its schema; its cells come as they are stored, but for
// text.
import type { ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet';
import { formatInstant, instantFromMicroseconds, MICROSECONDS_PER_DAY } from '../../../kernels/instant.ts';
import type { SqlScalarKind, SqlType } from '../../history/program.ts';

export interface ParquetColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Times that do not say of which zone. */
  readonly isLocalTime: boolean;
  /** A stored value that is not null as a value of JSON; instants in µs. */
  readonly read: (stored: unknown) => unknown;
}

interface Leaf {
  readonly kind: SqlScalarKind;
  readonly isLocalTime?: true;
  readonly read: (stored: unknown) => unknown;
}

/** @returns why it cannot be read, where it cannot */
export function parquetColumn(tree: SchemaTree): ParquetColumn | string {
  const { name } = tree.element;
  if (tree.children.length === 0 && tree.element.repetition_type !== 'REPEATED') {
    const leaf = leafOf(tree.element);
    if (typeof leaf === 'string') return leaf;
    return {
      name,
      type: { kind: leaf.kind, list: false },
      isLocalTime: leaf.isLocalTime === true,
      read: leaf.read,
    };
  }
  const element = elementOf(tree);
  if (element === null) return 'it is nested, and no list of single values';
  const leaf = leafOf(element);
  if (typeof leaf === 'string') return leaf;
  const read = (stored: unknown): unknown =>
    Array.isArray(stored) || ArrayBuffer.isView(stored)
      ? Array.from(stored as ArrayLike<unknown>, value =>
          value === null || value === undefined ? null : leaf.read(value),
        )
      : stored;
  return { name, type: { kind: leaf.kind, list: true }, isLocalTime: false, read };
}

/** The element of a list in three levels, or in two as older writers have it. */
function elementOf({ element, children }: SchemaTree): SchemaElement | null {
  const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST';
  const [repeated] = children;
  if (!isList || children.length !== 1 || repeated?.element.repetition_type !== 'REPEATED') return null;
  if (repeated.children.length === 0) return repeated.element;
  const [inner] = repeated.children;
  return repeated.children.length === 1 && inner?.children.length === 0 ? inner.element : null;
}

/**
 * The schema without what the columns mean, lists and text apart: hyparquet makes doubles of decimals by a product,
 * which may miss the nearest one, and of instants dates, which have no µs. For a scan with {@link asStoredOptions}.
 */
export function asStored(element: SchemaElement): SchemaElement {
  if (element.type === undefined) return element;
  const bare = { ...element };
  delete bare.converted_type;
  delete bare.logical_type;
  return element.type === 'BYTE_ARRAY' && !isDecimal(element) ? { ...bare, converted_type: 'UTF8' } : bare;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is not UTF-8 becomes text with a lone surrogate, which no column takes. */
function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return `${Buffer.from(bytes).toString()}\ud800`;
  }
}

/** INT96 is read before we are asked; of a dictionary text is made once. */
const parsers: Partial<ParquetParsers> = {
  timestampFromNanoseconds: nanos => nanos,
  stringFromBytes: (bytes: Uint8Array | null | undefined) => bytes && textOf(bytes),
};

/** Nothing but what columns say of themselves. */
export const asStoredOptions = { parsers, utf8: false, geoparquet: false } as const;

function leafOf(element: SchemaElement): Leaf | string {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (isDecimal(element)) return decimal(element);
  if (converted === 'DATE' || logical?.type === 'DATE') return { kind: 'timestamp', read: instantOfDays };
  if (logical?.type === 'TIMESTAMP') return timestamp(logical.unit, logical.isAdjustedToUTC);
  if (converted === 'TIMESTAMP_MILLIS') return timestamp('MILLIS', true);
  if (converted === 'TIMESTAMP_MICROS') return timestamp('MICROS', true);
  if (logical?.type === 'FLOAT16') return 'half floats are not read: write floats';
  if (logical?.type === 'UUID') return { kind: 'uuid', read: uuidOf };
  if (isUnread(converted) || isUnread(logical?.type))
    return `${(logical?.type ?? converted)!.toLowerCase()} is not read`;
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean', read: same };
    case 'INT32':
      return { kind: 'int', read: isUnsigned(element) ? stored => (stored as number) >>> 0 : same };
    case 'INT64':
      return {
        kind: 'bigint',
        read: isUnsigned(element) ? stored => BigInt.asUintN(64, stored as bigint) : same,
      };
    case 'INT96':
      return timestamp('NANOS', true);
    case 'FLOAT':
    case 'DOUBLE':
      return { kind: 'double', read: stored => (Number.isNaN(stored) ? null : stored) };
    case 'BYTE_ARRAY':
      return { kind: 'text', read: same };
    case 'FIXED_LEN_BYTE_ARRAY':
      return 'bytes are not read: write them as text';
    default:
      return 'it has no type';
  }
}

const isDecimal = ({ converted_type: converted, logical_type: logical }: SchemaElement): boolean =>
  converted === 'DECIMAL' || logical?.type === 'DECIMAL';

const same = (stored: unknown): unknown => stored;

const isUnread = (type: string | undefined): boolean =>
  type !== undefined &&
  ['TIME', 'TIME_MILLIS', 'TIME_MICROS', 'INTERVAL', 'BSON', 'GEOMETRY', 'GEOGRAPHY', 'VARIANT'].includes(
    type,
  );

const isUnsigned = ({ converted_type: converted, logical_type: logical }: SchemaElement): boolean =>
  converted === 'UINT_64' ||
  converted === 'UINT_32' ||
  (logical?.type === 'INTEGER' && !logical.isSigned && logical.bitWidth >= 32);

/** With at most 15 digits a decimal is told by its nearest double; else its digits stay as text. */
function decimal({ scale = 0, precision = 0 }: SchemaElement): Leaf {
  return {
    kind: precision > 0 && precision <= 15 ? 'decimal' : 'text',
    read: stored => decimalText(stored, scale),
  };
}

/** @param value the digits without the point: a number, a bigint, or their two's complement, big end first */
function decimalText(value: unknown, scale: number): string {
  const digits =
    value instanceof Uint8Array
      ? BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex') || '0'}`))
      : BigInt(value as number | bigint);
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const point = text.length - scale;
  const sign = digits < 0n ? '-' : '';
  return scale === 0 ? sign + text : `${sign}${text.slice(0, point)}.${text.slice(point)}`;
}

function timestamp(unit: 'MILLIS' | 'MICROS' | 'NANOS', isUtc: boolean): Leaf {
  const micros = (stored: unknown): unknown => microsecondsOf(stored as bigint, unit);
  if (isUtc) return { kind: 'timestamp', read: micros };
  return { kind: 'text', isLocalTime: true, read: stored => localText(micros(stored)) };
}

/** A count of µs; text, which is no instant, where it is none. */
function microsecondsOf(stored: bigint, unit: 'MILLIS' | 'MICROS' | 'NANOS'): number | string {
  if (unit === 'NANOS' && stored % 1000n !== 0n) return `${stored} ns, which is no whole microsecond`;
  const micros = unit === 'MILLIS' ? stored * 1000n : unit === 'NANOS' ? stored / 1000n : stored;
  const number = Number(micros);
  return Number.isSafeInteger(number) ? number : `${micros} µs`;
}

/** A time that does not say of which zone: no instant, so it stays text, and without the Z. */
const localText = (micros: unknown): unknown =>
  typeof micros === 'number' ? formatInstant(instantFromMicroseconds(micros)).slice(0, -1) : micros;

const instantOfDays = (stored: unknown): unknown => Number(stored) * MICROSECONDS_PER_DAY;

function uuidOf(stored: unknown): unknown {
  const hex = Buffer.from(stored as Uint8Array).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
