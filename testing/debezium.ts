import { describeColumn } from '../dsl/index.ts';
import type { ColumnType, Shape } from '../dsl/index.ts';
import { formatInstant } from '../kernels/instant.ts';
import type { Instant } from '../kernels/instant.ts';
import { isAcceptedInstant } from '../kernels/instant-bounds.ts';
import { Refusal } from './record.ts';
import type { RowValue } from './record.ts';

/** What a record's schema says of columns: their meaning, and of decimals the scale. */
type Meanings = ReadonlyMap<string, { readonly name: string; readonly scale: unknown }>;

export function asObject(value: unknown): RowValue | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RowValue) : null;
}

/** `{ schema, payload }`, or a payload alone (rule 22). */
export function unwrapped(value: unknown): { readonly payload: unknown; readonly schema: unknown } {
  const object = asObject(value);
  if (object === null || object['op'] !== undefined || !('payload' in object) || !('schema' in object))
    return { payload: value, schema: null };
  return { payload: object['payload'], schema: object['schema'] };
}

/** The meanings of a struct's columns; `image`: of that field of the envelope. */
export function meaningsOf(schema: unknown, image?: 'before' | 'after'): Meanings {
  const members = fieldsIn(schema);
  if (image !== undefined) return meaningsOf(members.find(member => member['field'] === image));
  return new Map(
    members.flatMap(({ field, name, parameters }) =>
      typeof field === 'string' && typeof name === 'string'
        ? [[field, { name, scale: asObject(parameters)?.['scale'] }] as const]
        : [],
    ),
  );
}

function fieldsIn(schema: unknown): RowValue[] {
  const fields = asObject(schema)?.['fields'];
  return Array.isArray(fields) ? fields.map(asObject).filter(field => field !== null) : [];
}

/** Heartbeats, transactions, changes of the schema, messages to the log (rule 38): no changes of a row. */
export function isNotice(envelope: RowValue): boolean {
  if (envelope['op'] != null) return envelope['op'] === 'm';
  const names = Object.keys(envelope);
  return (
    (names.includes('ddl') && names.includes('tableChanges')) ||
    (['BEGIN', 'END'].includes(envelope['status'] as string) && typeof envelope['id'] === 'string') ||
    (names.length > 0 && names.every(name => ['ts_ms', 'ts_us', 'ts_ns'].includes(name)))
  );
}

/** Rule 37: the LSN, or the place in the binlog of a server; undefined where what is told is none. */
export function logPosition(source: RowValue): bigint | null | undefined {
  if (source['lsn'] != null) return natural(source['lsn'], 64n);
  if (typeof source['sequence'] === 'string') {
    const [, digits] = /^\[(?:null|"\d{1,20}"),\s*"(\d{1,20})"\]$/.exec(source['sequence']) ?? [];
    return digits === undefined ? null : (natural(digits, 64n) ?? null);
  }
  const [, file] = /\.(\d{1,18})$/.exec(String(source['file'] ?? '')) ?? [];
  if (file === undefined || typeof source['file'] !== 'string') return null;
  const [pos, row, server] = [
    natural(source['pos'], 63n),
    natural(source['row'] ?? 0, 32n),
    natural(source['server_id'] ?? 0, 32n),
  ];
  if (pos === undefined || row === undefined || server === undefined) return undefined;
  return ((server * 2n ** 64n + BigInt(file)) * 2n ** 64n + pos) * 2n ** 32n + row;
}

/** Redeliveries are told by the positions of one server alone: those of others may be lower (rule 37). */
export function isSameServer(a: bigint, b: bigint): boolean {
  return a / 2n ** 160n === b / 2n ** 160n;
}

function natural(value: unknown, bits: bigint): bigint | undefined {
  const isNatural =
    typeof value === 'bigint' ||
    Number.isSafeInteger(value) ||
    (typeof value === 'string' && /^\d{1,20}$/.test(value));
  const whole = isNatural ? BigInt(value as bigint) : -1n;
  return whole >= 0n && whole < 2n ** bits ? whole : undefined;
}

/** What the connector writes for the columns asked for, as the schema of each takes it (rules 34–36). */
export function plainRow(
  image: RowValue,
  shape: Shape,
  names: readonly string[],
  meanings: Meanings,
): { readonly row: RowValue; readonly refusals: readonly Refusal[] } {
  const row: Record<string, unknown> = { ...image };
  const refusals: Refusal[] = [];
  for (const column of names) {
    const described = describeColumn(shape[column]!);
    if ('problem' in described || image[column] == null) continue;
    const cell = plain(column, described, image[column], meanings.get(column));
    if (cell instanceof Refusal) refusals.push(cell);
    else row[column] = cell;
  }
  return { row, refusals };
}

interface Described {
  readonly type: ColumnType;
  readonly nullable: boolean;
}

const days = 86_400_000_000_000n;
const nanoseconds: Readonly<Record<string, bigint>> = {
  'io.debezium.time.Date': days,
  'org.apache.kafka.connect.data.Date': days,
  'io.debezium.time.Timestamp': 1_000_000n,
  'org.apache.kafka.connect.data.Timestamp': 1_000_000n,
  'io.debezium.time.MicroTimestamp': 1_000n,
  'io.debezium.time.NanoTimestamp': 1n,
};

function plain(
  column: string,
  { type, nullable }: Described,
  cell: unknown,
  meaning: { readonly name: string; readonly scale: unknown } | undefined,
): unknown {
  const name = meaning?.name ?? '';
  if (name === 'org.apache.kafka.connect.data.Decimal') return decimal(column, type, cell, meaning!.scale);
  const struct = asObject(cell);
  const isNumeric = ['decimal', 'double', 'int', 'bigint', 'text'].includes(type.kind);
  if (struct !== null && 'scale' in struct && 'value' in struct && isNumeric)
    return decimal(column, type, struct['value'], struct['scale']);
  if (typeof cell === 'object') return cell;
  if (type.kind === 'boolean') return cell === 1 || cell === 0 ? cell === 1 : cell;
  if (type.kind === 'decimal' || type.kind === 'double') {
    const isNone =
      /^(NaN|[+-]?Infinity|(POSITIVE|NEGATIVE)_INFINITY)$/.test(String(cell)) && typeof cell === 'string';
    return isNone && nullable ? null : cell;
  }
  return type.kind === 'timestamp' ? instant(column, name, cell) : cell;
}

function instant(column: string, name: string, cell: unknown): unknown {
  if (
    /^(io\.debezium\.time\.(Micro|Nano|Zoned|Iso)?Time|org\.apache\.kafka\.connect\.data\.Time)$/.test(name)
  )
    return new Refusal(column, 'a time of day');
  if (name === 'io.debezium.time.IsoDate' && typeof cell === 'string')
    return `${cell.replace(/Z$/, '')}T00:00:00Z`;
  const unit = nanoseconds[name];
  if (unit === undefined) return cell;
  if (typeof cell !== 'bigint' && !Number.isSafeInteger(cell)) return new Refusal(column, `no ${name}`);
  const ns = BigInt(cell as number) * unit;
  const us = Number(ns / 1000n);
  return ns % 1000n === 0n && isAcceptedInstant(us)
    ? formatInstant(us as Instant)
    : new Refusal(column, `no ${name}`);
}

/** unscaled · 10^−scale as text, a number or a bigint, as the column's schema takes it. */
function decimal(column: string, { kind }: ColumnType, unscaled: unknown, scale: unknown): unknown {
  const isBase64 =
    typeof unscaled === 'string' &&
    /^(?=.)([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(unscaled) &&
    unscaled.length <= 4096;
  const isScale = typeof scale === 'number' || typeof scale === 'string';
  const places = isScale && /^-?\d{1,5}$/.test(String(scale)) ? Number(scale) : NaN;
  if (!isBase64 || !(Math.abs(places) <= 20_000)) return new Refusal(column, 'no base64 of a decimal');
  const bytes = [...Buffer.from(unscaled, 'base64')];
  let whole = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  if (bytes[0]! >= 128) whole -= 256n ** BigInt(bytes.length);
  let power = -places;
  while (whole !== 0n && power < 0 && whole % 10n === 0n) {
    whole /= 10n;
    power += 1;
  }
  if (whole === 0n) power = 0;
  const text = power >= 0 ? String(whole * 10n ** BigInt(power)) : `${whole}e${power}`;
  if (kind === 'double') return Number(text);
  if (kind === 'decimal') return text;
  if (power < 0) return kind === 'text' ? pointed(whole, -power) : text;
  return kind === 'int' ? Number(text) : kind === 'bigint' ? BigInt(text) : text;
}

function pointed(whole: bigint, places: number): string {
  const digits = String(whole < 0n ? -whole : whole).padStart(places + 1, '0');
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
