// Hot path of opening a file. The type of a column that passes through, told by all of its values: the first of int,
// bigint, double, boolean, timestamp that keeps every one of them as it is, else text.
import { isAcceptedInstant } from '../../../kernels/instant-bounds.ts';
import { parseInstant } from '../../../kernels/instant.ts';
import { WideNumber } from '../../decode/lossless-json.ts';
import type { SqlScalarKind } from '../../history/program.ts';
import { isKeptByDouble } from './digits.ts';

const INT = 1;
const BIGINT = 2;
const DOUBLE = 4;
const BOOLEAN = 8;
const TIMESTAMP = 16;
const TEXT = 32;
const ALL = 63;

const ORDER: readonly (readonly [number, SqlScalarKind])[] = [
  [INT, 'int'],
  [BIGINT, 'bigint'],
  [DOUBLE, 'double'],
  [BOOLEAN, 'boolean'],
  [TIMESTAMP, 'timestamp'],
];

const WHOLE = /^(?:0|-?[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Of one column; nulls are not shown to it. */
export class KindGuess {
  #fits = ALL;

  /** A column without values is one of text. */
  get kind(): SqlScalarKind {
    if (this.#fits === ALL) return 'text';
    return ORDER.find(([bit]) => (this.#fits & bit) !== 0)?.[1] ?? 'text';
  }

  /** A cell of CSV. Zeros in front are no number's, so they stay. */
  addText(text: string): void {
    if (this.#fits !== TEXT) this.#fits &= fitsOfText(text);
  }

  /** A value of JSON that is neither null, list nor object. */
  addJson(value: unknown): void {
    if (this.#fits !== TEXT) this.#fits &= fitsOfJson(value);
  }
}

function fitsOfText(text: string): number {
  if (WHOLE.test(text)) return fitsOfWhole(text);
  if (NUMBER.test(text)) return isKeptByDouble(text) ? DOUBLE | TEXT : TEXT;
  if (/^(?:true|false)$/i.test(text)) return BOOLEAN | TEXT;
  return fitsOfInstant(text);
}

function fitsOfWhole(digits: string): number {
  if (digits.length <= 15) return INT | BIGINT | DOUBLE | TEXT;
  const is64 = digits.length <= 20 && BigInt(digits) === BigInt.asIntN(64, BigInt(digits));
  return (
    (Number.isSafeInteger(Number(digits)) ? INT : 0) |
    (is64 ? BIGINT : 0) |
    (isKeptByDouble(digits) ? DOUBLE : 0) |
    TEXT
  );
}

function fitsOfInstant(text: string): number {
  const instant = parseInstant(text);
  return instant !== null && isAcceptedInstant(instant) ? TIMESTAMP | TEXT : TEXT;
}

function fitsOfJson(value: unknown): number {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? INT | BIGINT | DOUBLE | TEXT : DOUBLE | TEXT;
  if (typeof value === 'bigint') return fitsOfWhole(String(value));
  if (value instanceof WideNumber) return isKeptByDouble(value.text) ? DOUBLE | TEXT : TEXT;
  if (typeof value === 'boolean') return BOOLEAN | TEXT;
  return typeof value === 'string' ? fitsOfInstant(value) : TEXT;
}
