import type { ScalarType, ValueType } from '../../ir/index.ts';

/** How generated TypeScript writes an inner value of a type. */
export function typeScriptType(type: ValueType, nullable: boolean): string {
  const plain = type.kind === 'list' ? `readonly ${scalarTypes[type.of.kind]}[]` : scalarTypes[type.kind];
  return nullable ? `${plain} | null` : plain;
}

const scalarTypes: Readonly<Record<ScalarType['kind'], string>> = {
  int: 'number',
  bigint: 'bigint',
  decimal: 'number',
  double: 'number',
  text: 'string',
  enum: 'string',
  uuid: 'string',
  boolean: 'boolean',
  timestamp: 'number',
};

/** What a column of the engine holds values of a type as. */
export type CellKind = 'number' | 'flag' | 'code';

export const cellKinds: Readonly<Record<ScalarType['kind'], CellKind>> = {
  int: 'number',
  bigint: 'code',
  decimal: 'number',
  double: 'number',
  text: 'code',
  enum: 'code',
  uuid: 'code',
  boolean: 'flag',
  timestamp: 'number',
};
