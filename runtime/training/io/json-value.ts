// Hot path of writing. Values as JSON has them (semantics §5, Types).
import { formatInstant } from '../../../kernels/instant.ts';
import type { Instant } from '../../../kernels/instant.ts';
import type { SqlScalarKind, SqlType } from '../../history/program.ts';
import type { Scalar, Value } from '../../history/values.ts';

/** JSON text: bigint as a string, instants in ISO 8601; numbers that are not finite are null. */
export function jsonOf({ kind, list }: SqlType, value: Value): string {
  if (value === null) return 'null';
  if (!list) return jsonOfScalar(kind, value as Scalar);
  return `[${(value as readonly Scalar[]).map(element => jsonOfScalar(kind, element)).join(',')}]`;
}

function jsonOfScalar(kind: SqlScalarKind, value: Scalar): string {
  switch (kind) {
    case 'bigint':
      return `"${value}"`;
    case 'timestamp':
      return `"${isoOf(value)}"`;
    case 'int':
    case 'decimal':
    case 'double':
    case 'boolean':
    case 'text':
    case 'enum':
    case 'uuid':
      return JSON.stringify(value);
  }
}

/** `2024-02-29T23:59:59.000001Z`. */
export const isoOf = (value: Scalar): string => formatInstant(value as Instant);
