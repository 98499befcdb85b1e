// Control path: says why a value was refused.
import { isStorableText } from '../../kernels/text.ts';
import { WideNumber } from './lossless-json.ts';
import { Refusal } from './refusal.ts';
import type { RefusalReason } from './refusal.ts';

/** A column's type in words, as generated code names it: `int`, `decimal(10, 2)`, `one of click, view`. */
export function refuse(column: string, expected: string, value: unknown): Refusal {
  if (value === undefined) return new Refusal('missing', column, `${column} is missing`);
  const reason = reasonOf(expected, value);
  if (reason === 'unstorable-text') {
    return new Refusal(
      reason,
      column,
      `${column} holds NUL or a lone surrogate, which no text in PostgreSQL can`,
    );
  }
  return new Refusal(reason, column, `${column} must be ${expected}, not ${shown(value)}`);
}

/** A value of the right type that fails one of the schema's checks. */
export function refuseCheck(column: string, check: string, value: unknown): Refusal {
  return new Refusal('failed-check', column, `${column} must be ${check}, but is ${shown(value)}`);
}

export function refuseRecord(value: unknown): Refusal {
  return new Refusal('not-an-object', null, `the record must be a JSON object, not ${shown(value)}`);
}

function reasonOf(expected: string, value: unknown): RefusalReason {
  const isText = typeof value === 'string';
  const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof WideNumber;
  if (isText && !isStorableText(value)) return 'unstorable-text';
  if (expected.startsWith('one of')) return isText ? 'not-an-option' : 'wrong-type';
  if (expected.startsWith('decimal')) return isText || isNumber ? 'too-many-digits' : 'wrong-type';
  if (expected.startsWith('an instant')) return isText || isNumber ? 'not-an-instant' : 'wrong-type';
  if (expected.startsWith('a 64-bit')) return isText || isNumber ? 'out-of-range' : 'wrong-type';
  return isNumber && (expected === 'a whole number' || expected === 'a number')
    ? 'out-of-range'
    : 'wrong-type';
}

/** A value in a message: short, whatever it is. */
export function shown(value: unknown): string {
  if (value instanceof WideNumber) return shorten(value.text);
  if (typeof value === 'bigint') return shorten(String(value));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object of ${Object.keys(value).length}`;
  return shorten(JSON.stringify(value) ?? String(value));
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
