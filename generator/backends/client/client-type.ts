import { quote } from '../../emit/file.ts';
import type { ScalarType, ValueType } from '../../ir/index.ts';

/** The TypeScript type of a value at the client; `I` stands for an instant. */
export function clientType(type: ValueType): string {
  if (type.kind !== 'list') return scalarType(type, 'I');
  const of = scalarType(type.of, 'I');
  return `readonly ${of.includes('|') ? `(${of})` : of}[]`;
}

/** The TypeScript type of a request's key or input; an instant may be given either way. */
export function requestType(type: ScalarType): string {
  return scalarType(type, 'Date | number');
}

export function hasInstant(type: ValueType): boolean {
  return (type.kind === 'list' ? type.of : type).kind === 'timestamp';
}

function scalarType(type: ScalarType, instant: string): string {
  switch (type.kind) {
    case 'int':
    case 'decimal':
    case 'double':
      return 'number';
    case 'bigint':
      return 'bigint';
    case 'text':
    case 'uuid':
      return 'string';
    case 'enum':
      return type.values.map(quote).join(' | ');
    case 'boolean':
      return 'boolean';
    case 'timestamp':
      return instant;
  }
}
