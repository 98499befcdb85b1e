// Control path: zod's word on what a request may give. Asked where a request is refused, to say why.
import { z } from 'zod';
import { parseDecimal, scaledToNumber } from '../../../kernels/decimal.ts';
import { isAcceptedInstant } from '../../../kernels/instant-bounds.ts';
import { parseInstant } from '../../../kernels/instant.ts';
import { isStorableText } from '../../../kernels/text.ts';
import { WideNumber } from '../../decode/lossless-json.ts';
import type { Scalar } from '../../engine/value.ts';
import type { ServedInput, ServedScalar } from '../plan.ts';

export type KeySchema = z.ZodType<Record<string, Scalar | null>>;

/** An object of exactly these inputs; what is nullable may be null or left out. Yields inner values. */
export function keySchema(inputs: readonly ServedInput[]): KeySchema {
  const shape = inputs.map(({ name, type, nullable }) => {
    const schema = scalarSchema(type);
    return [name, nullable ? schema.nullish().transform(value => value ?? null) : schema] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function scalarSchema(type: ServedScalar): z.ZodType<Scalar> {
  switch (type.kind) {
    case 'int':
      return z.preprocess(narrow, z.int()).transform(value => value + 0);
    case 'double':
      return z.preprocess(toDouble, z.number()).transform(value => value + 0);
    case 'decimal':
      return decimalSchema(type.precision, type.scale);
    case 'timestamp':
      return instantSchema;
    case 'bigint':
      return bigintSchema;
    case 'text':
      return z.string().refine(isStorableText);
    case 'uuid':
      return z
        .string()
        .regex(UUID)
        .transform(text => text.toLowerCase());
    case 'boolean':
      return z.boolean();
    case 'enum':
      return z.enum(type.values as readonly [string, ...string[]]);
  }
}

/** µs, from ISO 8601 with an offset or whole µs. */
export const instantSchema: z.ZodType<number> = z
  .preprocess(narrow, z.union([z.string(), z.int()]))
  .transform((value, context) => {
    const instant = typeof value === 'string' ? parseInstant(value) : value;
    if (instant !== null && isAcceptedInstant(instant)) return instant + 0;
    context.addIssue('is no instant');
    return z.NEVER;
  });

const bigintSchema = z
  .preprocess(narrow, z.union([z.bigint(), z.int(), z.string().regex(/^-?\d+$/)]))
  .transform((value, context) => {
    const whole = BigInt(value);
    if (whole === BigInt.asIntN(64, whole)) return whole;
    context.addIssue('does not fit 64 bits');
    return z.NEVER;
  });

function decimalSchema(precision: number, scale: number): z.ZodType<number> {
  const numeric = z.union([z.number(), z.bigint(), z.string(), z.instanceof(WideNumber)]);
  return numeric.transform((value, context) => {
    const text = value instanceof WideNumber ? value.text : String(value);
    const scaled = parseDecimal(text, precision, scale);
    if (!Number.isNaN(scaled)) return scaledToNumber(scaled, scale) + 0;
    context.addIssue('has other digits');
    return z.NEVER;
  });
}

/** A number of many digits where digits beyond a double's mean nothing. */
function narrow(value: unknown): unknown {
  return value instanceof WideNumber ? value.number : value;
}

function toDouble(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : narrow(value);
}
