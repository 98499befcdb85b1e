import type { SourceColumn } from '../../../generator/ir/index.ts';
import { parseInstant } from '../../../kernels/instant.ts';
import { jsonValue, RawJson } from '../history/wire-text.ts';
import type { Scalar } from './read.ts';

/** The inner value of a request's input, from what the wire would say. */
export function decodedRequest({ type }: SourceColumn, wire: unknown): Scalar | null {
  if (wire === null || wire === undefined) return null;
  switch (type.kind) {
    case 'bigint':
      return BigInt(wire instanceof RawJson ? wire.text : (wire as string));
    case 'decimal':
    case 'int':
    case 'double':
      return Number(jsonValue(wire)) + 0;
    case 'timestamp':
      return typeof wire === 'string' ? parseInstant(wire) : (wire as number);
    case 'uuid':
      return (wire as string).toLowerCase();
    default:
      return wire as Scalar;
  }
}
