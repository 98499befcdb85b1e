// Control path. Inner values to what PostgreSQL takes as text, and back.
import type { Scalar, Value } from '../engine/value.ts';
import type { SqlScalarKind, SqlType } from './program.ts';

export type { Scalar, Value } from '../engine/value.ts';

/** The type a value travels as on its way in; texts are cast to it. */
export function transportType(kind: SqlScalarKind): string {
  switch (kind) {
    case 'int':
    case 'bigint':
    case 'timestamp':
      return 'bigint';
    case 'decimal':
    case 'double':
      return 'double precision';
    case 'boolean':
      return 'boolean';
    case 'text':
    case 'enum':
    case 'uuid':
      return 'text';
  }
}

/** As text that the transport type reads without loss. */
export function encode(value: Scalar | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** What `pg` hands over, as an inner value. */
export function decode(type: SqlType, raw: unknown): Value {
  if (raw === null || raw === undefined) return null;
  if (!type.list) return decodeScalar(type.kind, raw);
  return (raw as readonly unknown[]).map(element => decodeScalar(type.kind, element));
}

function decodeScalar(kind: SqlScalarKind, raw: unknown): Scalar {
  switch (kind) {
    case 'bigint':
      return BigInt(raw as string);
    case 'int':
    case 'timestamp':
    case 'decimal':
    case 'double':
      return Number(raw) + 0;
    case 'boolean':
      return raw as boolean;
    case 'text':
    case 'enum':
    case 'uuid':
      return raw as string;
  }
}
