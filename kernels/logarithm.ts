// Hot path.
// The logarithms of fdlibm (Sun Microsystems, 1993: e_log.c, s_log1p.c, e_log10.c), with + − × ÷ and bit
// extraction only, each in a fixed order: IEEE 754 leaves such a program one result, whoever runs it. Within 1 ulp.
//
//   1. x = m·2^k with √½ < m ≤ √2
//   2. f = m − 1, s = f/(2 + f):   log m = log(1 + s) − log(1 − s) = 2s + s·R(s²)
//   3. log x = k·ln 2 + log m, with ln 2 in a high part (exact when multiplied by k) and a low one
import { exponentOf, powerOfTwo } from './float-bits.ts';

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const SQRT2 = 1.4142135623730951;
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const TWO_54 = 18014398509481984;

/** s·R(s²) of step 2, as fdlibm evaluates it. */
function remainder(s: number): number {
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332));
  const odd =
    z *
    (0.666666666666673513 +
      w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)));
  return odd + even;
}

/** Natural logarithm, the same to the last bit in JavaScript and SQL. 0 → −Infinity, below 0 → NaN. */
export function log(x: number): number {
  if (x !== x || x === Infinity) return x;
  if (x <= 0) return x === 0 ? -Infinity : NaN;
  let k = 0;
  if (x < SMALLEST_NORMAL) {
    x *= TWO_54;
    k = -54;
  }
  const exponent = exponentOf(x);
  let m = exponent > 1022 ? x * 0.5 * powerOfTwo(-1022) : x * powerOfTwo(-exponent);
  k += exponent;
  if (m > SQRT2) {
    m *= 0.5;
    k += 1;
  }
  const f = m - 1;
  const s = f / (2 + f);
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + remainder(s)) + k * LN2_LOW) - f);
}

/** log(1 + x), precise near 0. −1 → −Infinity, below −1 → NaN. */
export function log1p(x: number): number {
  if (x !== x || x === Infinity) return x;
  if (x <= -1) return x === -1 ? -Infinity : NaN;
  if (Math.abs(x) < 1.1102230246251565e-16) return x;
  const u = 1 + x;
  const exponent = exponentOf(u);
  let k = exponent;
  let m = exponent > 1022 ? u * 0.5 * powerOfTwo(-1022) : u * powerOfTwo(-exponent);
  if (m > SQRT2) {
    m *= 0.5;
    k += 1;
  }
  // What rounding took from 1 + x, carried on as a first-order term.
  const lost = k >= 54 ? 0 : (k >= 2 ? 1 - (u - x) : x - (u - 1)) / u;
  const f = m - 1;
  const s = f / (2 + f);
  const halfSquare = 0.5 * f * f;
  return s * (halfSquare + remainder(s)) + (k * LN2_LOW + lost) - halfSquare + f + k * LN2_HIGH;
}

/** Decimal logarithm; exact for 10^n, 0 ≤ n ≤ 22. Domain as {@link log}. */
export function log10(x: number): number {
  if (x !== x || x === Infinity) return x;
  if (x <= 0) return x === 0 ? -Infinity : NaN;
  let k = 0;
  if (x < SMALLEST_NORMAL) {
    x *= TWO_54;
    k = -54;
  }
  const exponent = exponentOf(x);
  const m = exponent > 1022 ? x * 0.5 * powerOfTwo(-1022) : x * powerOfTwo(-exponent);
  k += exponent;
  // A negative exponent is moved up by one and m down to [½, 1): k·log10 2 and log m then do not cancel.
  const carried = k < 0 ? 1 : 0;
  const y = k + carried;
  const z = y * 3.69423907715893078616e-13 + 4.34294481903251816668e-1 * log(carried === 1 ? m * 0.5 : m);
  return z + y * 3.01029995663611771306e-1;
}
