// Hot path. One reader for each column type: from a parsed JSON value to an inner value, with zod's own verdict
// (dsl/schema.ts) and rule 21's on top. NaN, or null where no number is read, says that the value is refused.
import { parseDecimal, scaledToNumber } from '../../kernels/decimal.ts';
import { isAcceptedInstant } from '../../kernels/instant-bounds.ts';
import { parseInstant } from '../../kernels/instant.ts';
import { isStorableText } from '../../kernels/text.ts';
import { WideNumber } from './lossless-json.ts';

/** A safe integer, never −0. */
export function readInt(value: unknown): number {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : NaN;
  return value instanceof WideNumber ? readInt(value.number) : NaN;
}

export function readDouble(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : NaN;
  if (typeof value === 'bigint') return readDouble(Number(value));
  return value instanceof WideNumber ? readDouble(value.number) : NaN;
}

/** The nearest double of a decimal(precision, scale), from a JSON number or text. */
export function readDecimal(value: unknown, precision: number, scale: number): number {
  let text: string;
  if (typeof value === 'string') text = value;
  else if (typeof value === 'number' || typeof value === 'bigint') text = String(value);
  else if (value instanceof WideNumber) text = value.text;
  else return NaN;
  return scaledToNumber(parseDecimal(text, precision, scale), scale) + 0;
}

const DIGITS = /^-?\d+$/;

/** A signed 64-bit integer, from a JSON integer or text of digits. */
export function readBigint(value: unknown): bigint | null {
  if (value instanceof WideNumber) return readBigint(value.number);
  if (
    typeof value === 'number'
      ? !Number.isSafeInteger(value)
      : typeof value === 'string'
        ? !DIGITS.test(value)
        : typeof value !== 'bigint'
  ) {
    return null;
  }
  const whole = BigInt(value as number | string | bigint);
  return whole === BigInt.asIntN(64, whole) ? whole : null;
}

/** Text that PostgreSQL gives back as it is: no NUL, no lone surrogate. */
export function readText(value: unknown): string | null {
  return typeof value === 'string' && isStorableText(value) ? value : null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** In lower case. */
export function readUuid(value: unknown): string | null {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : null;
}

/** µs, from ISO 8601 with an offset or a whole number of `unit` µs. */
export function readInstant(value: unknown, unit: number): number {
  if (typeof value === 'string') {
    const instant = parseInstant(value);
    return instant !== null && isAcceptedInstant(instant) ? instant + 0 : NaN;
  }
  const instant = readInt(value) * unit;
  return isAcceptedInstant(instant) ? instant + 0 : NaN;
}

/** A JSON object, or null. */
export function readObject(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof WideNumber)
    return null;
  return value as Readonly<Record<string, unknown>>;
}
