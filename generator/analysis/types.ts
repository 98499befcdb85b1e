import type { ColumnType } from '../../dsl/index.ts';
import { isStorableText } from '../../kernels/text.ts';
import type { ScalarType, ValueType } from '../ir/index.ts';

/** As every uuid leaves: in lower case. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A column's type without the wire's ways. */
export function scalarType(type: ColumnType): ScalarType {
  if (type.kind === 'enum') return { kind: 'enum', values: type.values };
  if (type.kind === 'timestamp') return { kind: 'timestamp' };
  return type;
}

/** Types that tell one from another exactly: keys and primary keys. */
export function isKeyType(type: ScalarType): boolean {
  return ['int', 'bigint', 'text', 'enum', 'boolean', 'uuid'].includes(type.kind);
}

/** Whether a value of type `from` can stand where a key of type `to` is asked for, without conversion. */
export function isSameKey(from: ValueType, to: ScalarType): boolean {
  const textual = (type: ValueType): boolean => type.kind === 'text' || type.kind === 'enum';
  return from.kind === to.kind || (textual(from) && textual(to));
}

export function isNumeric(type: ValueType): boolean {
  return type.kind === 'int' || type.kind === 'decimal' || type.kind === 'double';
}

/** A type with its article, for messages: `an int`, `a list of text`. */
export function typeName(type: ValueType): string {
  switch (type.kind) {
    case 'list':
      return `a list of ${type.of.kind}`;
    case 'int':
    case 'enum':
      return `an ${type.kind}`;
    default:
      return `a ${type.kind}`;
  }
}

/** Whether a value can stand in for null in a feature of this type. */
export function fitsType(value: unknown, type: ValueType): boolean {
  switch (type.kind) {
    case 'list':
      return Array.isArray(value) && value.every(element => fitsType(element, type.of));
    case 'int':
    case 'timestamp':
      return Number.isSafeInteger(value);
    case 'decimal':
    case 'double':
      return typeof value === 'number' && Number.isFinite(value);
    case 'bigint':
      return typeof value === 'bigint' && value === BigInt.asIntN(64, value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'enum':
      return typeof value === 'string' && type.values.includes(value);
    case 'text':
      return typeof value === 'string' && isStorableText(value);
    case 'uuid':
      return typeof value === 'string' && UUID.test(value);
  }
}
