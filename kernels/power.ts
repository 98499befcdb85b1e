// Hot path.
import { exp } from './exponential.ts';
import { log } from './logarithm.ts';

const LARGEST_REPEATED = 64;

/**
 * a^b, the same to the last bit in JavaScript and SQL, with the special values of `Math.pow` (ECMA-262
 * Number::exponentiate). For finite a ≠ 0 and finite b ≠ 0:
 *
 *   b whole, |b| ≤ 64   binary powers of a, from the lowest bit of |b| up; then 1/that for b < 0. Where that
 *                       overflows, a^-n is 0 though its true value may be a subnormal.
 *   b = ½               √a
 *   a < 0               NaN where b is not whole; else ±|a|^b, − for odd b
 *   otherwise           exp(b·log a): the relative error grows with |b·log a|, to about 2^-44
 */
export function pow(a: number, b: number): number {
  if (b === 0) return 1;
  if (a !== a || b !== b) return NaN;
  const whole = Math.floor(b) === b;
  const odd = whole && Math.abs(b) < 9007199254740992 && Math.floor(b / 2) * 2 !== b;
  if (b === Infinity || b === -Infinity) {
    const size = Math.abs(a);
    if (size === 1) return NaN;
    return size > 1 === b > 0 ? Infinity : 0;
  }
  if (a === 0 || a === Infinity || a === -Infinity) {
    const signed = odd ? a : Math.abs(a);
    if (b > 0) return signed;
    return 1 / signed;
  }
  if (whole && Math.abs(b) <= LARGEST_REPEATED) {
    const power = repeatedProduct(a, Math.abs(b));
    return b < 0 ? 1 / power : power;
  }
  if (a < 0) {
    if (!whole) return NaN;
    const power = exp(b * log(-a));
    return odd ? -power : power;
  }
  return b === 0.5 ? Math.sqrt(a) : exp(b * log(a));
}

function repeatedProduct(a: number, n: number): number {
  let product = 1;
  let square = a;
  for (;;) {
    if (n % 2 === 1) product *= square;
    n = Math.floor(n / 2);
    if (n === 0) return product;
    square *= square;
  }
}
