// Hot path: what a request gives, read into inner values. The verdicts are zod's (input-schema.ts); a test holds
// the two together.
import {
  readBigint,
  readDecimal,
  readDouble,
  readInstant,
  readInt,
  readText,
  readUuid,
} from '../../decode/cells.ts';
import type { Scalar } from '../../engine/value.ts';
import type { ServedScalar } from '../plan.ts';

/** From parsed JSON to an inner value; undefined: refused. Null is not for it to judge. */
export type ReadScalar = (value: unknown) => Scalar | undefined;

export function scalarReader(type: ServedScalar): ReadScalar {
  switch (type.kind) {
    case 'int':
      return value => orRefused(readInt(value));
    case 'double':
      return value => orRefused(readDouble(value));
    case 'decimal': {
      const { precision, scale } = type;
      return value => orRefused(readDecimal(value, precision, scale));
    }
    case 'timestamp':
      return value => orRefused(readInstant(value, 1));
    case 'bigint':
      return value => readBigint(value) ?? undefined;
    case 'text':
      return value => readText(value) ?? undefined;
    case 'uuid':
      return value => readUuid(value) ?? undefined;
    case 'boolean':
      return value => (typeof value === 'boolean' ? value : undefined);
    case 'enum': {
      const known = new Set<unknown>(type.values);
      return value => (known.has(value) ? (value as string) : undefined);
    }
  }
}

function orRefused(value: number): number | undefined {
  return value === value ? value : undefined;
}
