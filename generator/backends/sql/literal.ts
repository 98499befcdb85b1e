import type { ScalarType } from '../../ir/index.ts';

/** A quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text literal. Standard strings: only the quote is special. @throws on NUL, which PostgreSQL cannot hold. */
export function textLiteral(text: string): string {
  if (text.includes('\0')) throw new RangeError('PostgreSQL text cannot hold NUL');
  return `'${text.replaceAll("'", "''")}'`;
}

/** A double, by its shortest digits; -0 and the values that are no numbers in their quoted form. */
export function doubleLiteral(value: number): string {
  if (Object.is(value, -0)) return `'-0'::float8`;
  if (!Number.isFinite(value)) return `'${value}'::float8`;
  return value < 0 ? `'${value}'::float8` : `${value}::float8`;
}

/** A whole number as bigint; in quotes where a bare minus would bind too loosely. */
export function bigintLiteral(value: bigint | number): string {
  return value < 0 ? `'${value}'::bigint` : `${value}::bigint`;
}

/** How a value of a type is held inside SQL expressions. */
export type Held = 'bigint' | 'integer' | 'numeric' | 'float8' | 'text' | 'boolean';

export function heldAs(type: ScalarType): Held {
  switch (type.kind) {
    case 'int':
    case 'bigint':
    case 'timestamp':
      return 'bigint';
    case 'decimal':
      return 'numeric';
    case 'double':
      return 'float8';
    case 'text':
    case 'enum':
    case 'uuid':
      return 'text';
    case 'boolean':
      return 'boolean';
  }
}

/** A constant in the given holding; null is typed. */
export function literalAs(value: string | number | boolean | bigint | null, held: Held): string {
  if (value === null) return `null::${held}`;
  switch (held) {
    case 'bigint':
    case 'integer':
      return bigintLiteral(wholeNumber(value));
    case 'numeric':
      return `'${decimalDigits(value)}'::numeric`;
    case 'float8':
      return doubleLiteral(Number(value));
    case 'text':
      return textLiteral(String(value));
    case 'boolean':
      return value === true ? 'true' : 'false';
  }
}

function wholeNumber(value: string | number | boolean | bigint): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw new TypeError(`${String(value)} is no whole number`);
}

function decimalDigits(value: string | number | boolean | bigint): string {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new TypeError(`${String(value)} is no decimal`);
  return String(value + 0);
}
