import type { ValueType } from '../../ir/index.ts';

/** A type in one word or two: `decimal(10, 2)`, `list of text`. */
export function typeText(type: ValueType): string {
  switch (type.kind) {
    case 'list':
      return `list of ${typeText(type.of)}`;
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'enum':
      return `enum(${type.values.join(', ')})`;
    default:
      return type.kind;
  }
}
