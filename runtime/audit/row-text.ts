// Hot path where a read is logged: `rowText`. Rows of inner values as JSON from which every bit comes back.
import type { InnerValue } from '../client/transport.ts';
import type { SqlColumn, SqlType } from '../history/program.ts';
import type { Scalar, Value } from '../history/values.ts';

/** Doubles by their shortest digits, bigints and what JSON has no number for as strings: the column's type reads them. */
export function rowText(row: Readonly<Record<string, InnerValue | undefined>>): string {
  let text = '';
  for (const name in row) {
    const value = row[name];
    if (value === undefined) continue;
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${valueText(value)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** {@link rowText} of one value. */
export function valueText(value: InnerValue): string {
  switch (typeof value) {
    case 'number':
      if (Object.is(value, -0)) return '-0';
      return value - value === 0 ? `${value}` : `"${value}"`;
    case 'bigint':
      return `"${value}"`;
    // Lone surrogates and control characters become escapes, so that a table can hold any text.
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : `[${value.map(valueText).join(',')}]`;
  }
}

/**
 * The row back, of these columns alone; what the text does not have is null.
 * @throws SyntaxError where it is no JSON
 */
export function parseRow(columns: readonly SqlColumn[], text: string): Record<string, Value> {
  const parsed = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(columns.map(({ name, type }) => [name, parseValue(type, parsed[name])]));
}

function parseValue(type: SqlType, parsed: unknown): Value {
  if (parsed === null || parsed === undefined) return null;
  if (!type.list) return parseScalar(type, parsed);
  return (parsed as readonly unknown[]).map(element => parseScalar(type, element));
}

function parseScalar({ kind }: SqlType, parsed: unknown): Scalar {
  switch (kind) {
    case 'bigint':
      return BigInt(parsed as string);
    case 'int':
    case 'timestamp':
    case 'decimal':
    case 'double':
      return Number(parsed);
    case 'boolean':
    case 'text':
    case 'enum':
    case 'uuid':
      return parsed as boolean | string;
  }
}

/** Equal to the last bit, and in a list element by element. */
export function isSameValue(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  return a.length === b.length && a.every((element, place) => Object.is(element, b[place]));
}
