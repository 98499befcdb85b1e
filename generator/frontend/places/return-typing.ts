import { ts } from 'ts-morph';
import type { ScalarType, ValueType } from '../../ir/types.ts';
import type { ReturnTyping } from '../project.ts';

/** The type a function returns, as a feature would have it; absent values are nullability and no type. */
export function returnTypingOf(lambda: ts.Node | null, checker: ts.TypeChecker): ReturnTyping {
  const signature =
    lambda && ts.isFunctionLike(lambda) ? checker.getSignatureFromDeclaration(lambda) : undefined;
  if (signature === undefined) return { type: null, nullable: true, text: 'unknown' };
  const returned = checker.getReturnTypeOfSignature(signature);
  const present = checker.getNonNullableType(returned);
  return {
    type: valueTypeOf(present, checker),
    nullable: present !== returned,
    text: checker.typeToString(returned),
  };
}

function valueTypeOf(type: ts.Type, checker: ts.TypeChecker): ValueType | null {
  const of = checker.isArrayType(type) || checker.isTupleType(type) ? elementType(type, checker) : null;
  if (of === null) return scalarTypeOf(type);
  const element = scalarTypeOf(of);
  return element && { kind: 'list', of: element };
}

function elementType(type: ts.Type, checker: ts.TypeChecker): ts.Type | null {
  return checker.getIndexTypeOfType(type, ts.IndexKind.Number) ?? null;
}

function scalarTypeOf(type: ts.Type): ScalarType | null {
  const parts = type.isUnion() ? type.types : [type];
  const kinds = new Set(parts.map(kindOf));
  const [kind] = kinds;
  return kinds.size === 1 && kind != null ? { kind } : null;
}

type Kind = 'double' | 'text' | 'boolean' | 'bigint' | 'timestamp';

/** A brand makes an intersection of a number: `Instant` is a timestamp, any other stays a number. */
function kindOf(type: ts.Type): Kind | null {
  if (type.isIntersection()) {
    const isInstant = type.getProperties().some(({ name }) => name.startsWith('__@instantBrand'));
    return isInstant ? 'timestamp' : (type.types.map(kindOf).find(kind => kind !== null) ?? null);
  }
  if ((type.flags & ts.TypeFlags.NumberLike) !== 0) return 'double';
  if ((type.flags & ts.TypeFlags.StringLike) !== 0) return 'text';
  if ((type.flags & ts.TypeFlags.BooleanLike) !== 0) return 'boolean';
  return (type.flags & ts.TypeFlags.BigIntLike) !== 0 ? 'bigint' : null;
}
