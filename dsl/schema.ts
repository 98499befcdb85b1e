import { z } from 'zod';
import { parseDecimal, scaledToNumber } from '../kernels/decimal.ts';
import { isAcceptedInstant } from '../kernels/instant-bounds.ts';
import { parseInstant } from '../kernels/instant.ts';
import type { Instant } from '../kernels/instant.ts';
import { remember } from './column-type.ts';
import type { ColumnSchema } from './column-type.ts';

/** The greatest number of digits a `decimal` may have, so that every value is told by its nearest double. */
export const MAX_DECIMAL_DIGITS = 15;

/** A whole number of magnitude ≤ 2^53 − 1; BIGINT in PostgreSQL. */
export function int(): z.ZodInt {
  return z.int();
}

/** A signed 64-bit whole number, a `bigint` in lambdas. On the wire a JSON number or a string of digits. */
export function bigint(): ColumnSchema<bigint, number | string | bigint> {
  const digits = z.string().regex(/^-?\d+$/);
  const schema = z.union([z.bigint(), z.int(), digits]).transform((value, context) => {
    const whole = BigInt(value);
    if (whole === BigInt.asIntN(64, whole)) return whole;
    context.addIssue('does not fit a signed 64-bit integer');
    return z.NEVER;
  });
  return remember(schema, { kind: 'bigint' });
}

/**
 * An exact decimal of `precision` digits, `scale` of them after the point; NUMERIC(p, s) in PostgreSQL. In a
 * lambda it is its nearest double. On the wire a JSON string or number; more digits after the point than
 * `scale` (zeros apart) are refused, never rounded.
 * @param precision 1 to 15: so many digits are told apart by a double
 * @param scale 0 to `precision`
 * @throws RangeError where precision or scale is out of bounds
 */
export function decimal(precision: number, scale: number): ColumnSchema<number, number | string> {
  if (!Number.isInteger(precision) || precision < 1 || precision > MAX_DECIMAL_DIGITS) {
    throw new RangeError(`decimal(${precision}, ${scale}): precision must be 1 to ${MAX_DECIMAL_DIGITS}`);
  }
  if (!Number.isInteger(scale) || scale < 0 || scale > precision) {
    throw new RangeError(`decimal(${precision}, ${scale}): scale must be 0 to ${precision}`);
  }
  const schema = z.union([z.number(), z.string()]).transform((value, context) => {
    const number = parseDecimalColumn(String(value), precision, scale);
    if (number !== null) return number;
    context.addIssue(`is no decimal of ${precision} digits with ${scale} after the point`);
    return z.NEVER;
  });
  return remember(schema, { kind: 'decimal', precision, scale });
}

function parseDecimalColumn(text: string, precision: number, scale: number): number | null {
  const scaled = parseDecimal(text, precision, scale);
  return Number.isNaN(scaled) ? null : scaledToNumber(scaled, scale);
}

/** A UUID; upper case on the wire is made lower. */
export function uuid(): ColumnSchema<string, string> {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
  return remember(
    z
      .string()
      .regex(form)
      .transform(text => text.toLowerCase()),
    { kind: 'uuid' },
  );
}

/**
 * An instant: a whole number of µs since 1970 in lambdas, `timestamptz` in PostgreSQL, a `Date` at the client.
 * On the wire ISO 8601 text with an offset (`2024-05-01T12:00:00.123456Z`), or a whole number of `unit`.
 */
export function timestamp(
  options: { readonly unit?: 's' | 'ms' | 'us' } = {},
): ColumnSchema<Instant, string | number> {
  const unit = options.unit ?? 'us';
  const factor = unit === 's' ? 1_000_000 : unit === 'ms' ? 1_000 : 1;
  const schema = z.union([z.string(), z.int()]).transform((value, context) => {
    const instant = typeof value === 'string' ? parseInstant(value) : ((value * factor) as Instant);
    if (instant !== null && isAcceptedInstant(instant)) return instant;
    context.addIssue('is no instant: write ISO 8601 with an offset, as 2024-05-01T12:00:00Z');
    return z.NEVER;
  });
  return remember(schema, { kind: 'timestamp', unit });
}

/** One of `values`; with `other: null`, a value that is none of them is null instead of a refusal. */
export function enumOf<const V extends readonly [string, ...string[]]>(
  values: V,
  _options: { readonly other: null },
): ColumnSchema<V[number] | null, string | null | undefined> {
  const known = new Set<string>(values);
  const schema = z
    .string()
    .nullish()
    .transform(text => (text != null && known.has(text) ? (text as V[number]) : null));
  return remember(schema, { kind: 'enum', values, other: 'null' });
}
