// Hot path.
// A decimal(p, s) column with p ≤ 15 is, inside, the safe integer m of m·10^-s: 12.30 at scale 2 is 1230.
import { POWERS_OF_TEN, powerOfTen } from './powers-of-ten.ts';

/** The greatest precision whose every value is a safe integer that also has a double of its own. */
export const MAX_DECIMAL_PRECISION = 15;

const ZERO = 48;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const UPPER_E = 69;
const LOWER_E = 101;

const isDigit = (unit: number): boolean => unit >= ZERO && unit <= 57;

/**
 * Reads decimal text into its scaled integer; NaN where it is not exactly a decimal(precision, scale).
 *
 * Takes what PostgreSQL takes for `numeric`: sign, digits with at most one point among or around them, exponent
 * (`12`, `-12.30`, `.5`, `5.`, `1.5e2`). Refuses, as NaN: non-zero digits beyond the scale (PostgreSQL would
 * round), more digits before the point than precision − scale, blanks, `NaN`, `Infinity`, hexadecimal.
 */
export function parseDecimal(text: string, precision: number, scale: number): number {
  let at = 0;
  const sign = text.charCodeAt(0);
  if (sign === MINUS || sign === PLUS) at = 1;
  const start = at;
  let mantissa = 0;
  let digits = 0;
  let point = -1;
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (isDigit(unit)) {
      digits += 1;
      mantissa = mantissa * 10 + (unit - ZERO);
    } else if (unit === POINT && point < 0) {
      point = at;
    } else {
      break;
    }
  }
  const fractionDigits = point < 0 ? 0 : at - point - 1;
  if (digits === 0) return NaN;
  // Zeros at either end, an exponent or a wrong ending: rare, and read with care.
  if (at !== text.length || digits > MAX_DECIMAL_PRECISION || fractionDigits > scale) {
    return parseUnusualDecimal(text.slice(start), sign === MINUS, precision, scale);
  }
  const scaled = mantissa * POWERS_OF_TEN[scale - fractionDigits]!;
  if (scaled >= POWERS_OF_TEN[precision]!) return NaN;
  return sign === MINUS ? 0 - scaled : scaled;
}

function parseUnusualDecimal(unsigned: string, negative: boolean, precision: number, scale: number): number {
  const exponentAt = findExponent(unsigned);
  const exponent = readExponent(unsigned.slice(exponentAt));
  if (exponent === null) return NaN;
  const [whole = '', fraction = '', ...more] = unsigned.slice(0, exponentAt).split('.');
  if (more.length > 0 || !/^\d+$/.test(whole + fraction)) return NaN;
  const significant = (whole + fraction).replace(/^0+/, '');
  if (significant === '') return 0;
  const kept = withoutEndingZeros(significant);
  // The value is kept·10^shift in units of 10^-scale.
  const shift = significant.length - kept.length - fraction.length + exponent + scale;
  if (shift < 0 || kept.length + shift > precision) return NaN;
  const scaled = Number(kept) * powerOfTen(shift);
  return negative ? 0 - scaled : scaled;
}

/** `text.replace(/0+$/, '')`, but in one pass however many zeros stand inside. */
export function withoutEndingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return digits.slice(0, end);
}

function findExponent(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === LOWER_E || unit === UPPER_E) return at;
  }
  return text.length;
}

function readExponent(text: string): number | null {
  if (text === '') return 0;
  return /^[eE][+-]?\d{1,6}$/.test(text) ? Number(text.slice(1)) : null;
}

/** The nearest double of m·10^-scale: one division of exact operands, for |m| < 2^53 and scale ≤ 22. */
export function scaledToNumber(scaled: number, scale: number): number {
  return scaled / POWERS_OF_TEN[scale]!;
}

/**
 * The scaled integer whose nearest double is `x`: the inverse of {@link scaledToNumber} for a precision ≤ 15.
 * NaN when x is no such double.
 */
export function numberToScaled(x: number, scale: number): number {
  const scaled = Math.round(x * POWERS_OF_TEN[scale]!) + 0;
  return scaledToNumber(scaled, scale) === x && Math.abs(scaled) < 1e15 ? scaled : NaN;
}

/** The scaled integer as decimal text with all its digits: `formatDecimal(-1230, 2)` is `-12.30`. */
export function formatDecimal(scaled: number, scale: number): string {
  const sign = scaled < 0 ? '-' : '';
  const digits = String(Math.abs(scaled)).padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
