// Hot path: every cell of a spine passes here. A value as JSON has it, read strictly as the kind of its column.
import { readBigint, readDouble, readInstant, readInt, readText, readUuid } from '../../decode/cells.ts';
import { WideNumber } from '../../decode/lossless-json.ts';
import type { SqlScalarKind, SqlType } from '../../history/program.ts';
import type { Scalar, Value } from '../../history/values.ts';
import { significantDigits } from './digits.ts';

/** Undefined: the value is none of this kind. Never null: nulls are the caller's. */
export function readScalar(kind: SqlScalarKind, value: unknown): Scalar | undefined {
  switch (kind) {
    case 'int':
      return orUndefined(readInt(asNumber(value)));
    case 'double':
      return orUndefined(readDouble(value));
    case 'decimal':
      return readDecimalOfAnyScale(value);
    case 'timestamp':
      return orUndefined(readInstant(asNumber(value), 1));
    case 'bigint':
      return readBigint(value) ?? undefined;
    case 'text':
    case 'enum':
      return readText(value) ?? undefined;
    case 'uuid':
      return readUuid(value) ?? undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
  }
}

/** {@link readScalar}, and lists of such. A list holds no nulls. */
export function readCell({ kind, list }: SqlType, value: unknown): Value | undefined {
  if (!list) return readScalar(kind, value);
  if (!Array.isArray(value)) return undefined;
  const elements: Scalar[] = [];
  for (const element of value) {
    const read = element === null ? undefined : readScalar(kind, element);
    if (read === undefined) return undefined;
    elements.push(read);
  }
  return elements;
}

/** Files of typed columns tell whole numbers as bigints: one that is no safe integer does not become one. */
const asNumber = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

const orUndefined = (number: number): number | undefined => (number === number ? number : undefined);

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** With 15 digits a decimal and its nearest double tell each other, whatever the scale (rule 1). */
function readDecimalOfAnyScale(value: unknown): number | undefined {
  const text = value instanceof WideNumber ? value.text : value;
  if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'bigint') return undefined;
  const digits = String(text);
  if (!DECIMAL.test(digits) || significantDigits(digits).length > 15) return undefined;
  const number = Number(digits);
  return Number.isFinite(number) ? number + 0 : undefined;
}

/** What a column of the type takes, for messages. */
export function described({ kind, list }: SqlType): string {
  return list ? `a list of which each is ${kinds[kind]}` : kinds[kind];
}

const kinds: Readonly<Record<SqlScalarKind, string>> = {
  int: 'a whole number within ±(2^53 − 1)',
  bigint: 'a whole number of 64 bits',
  decimal: 'a decimal of at most 15 digits',
  double: 'a finite number',
  boolean: 'true or false',
  text: 'text without NUL and lone surrogates',
  enum: 'text without NUL and lone surrogates',
  uuid: 'a uuid',
  timestamp:
    'an instant from 1700 to 2250: ISO 8601 with a zone (2026-01-31T12:00:00Z), or whole microseconds since 1970',
};

const LONGEST = 80;

/** A value for a message. */
export function shown(value: unknown): string {
  const text =
    value instanceof WideNumber
      ? value.text
      : typeof value === 'string'
        ? value
        : typeof value === 'bigint'
          ? String(value)
          : (JSON.stringify(value, (_key, inner: unknown) =>
              typeof inner === 'bigint' ? String(inner) : inner,
            ) ?? String(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
