// Hot path.
import { scaleByPowerOfTwo } from './float-bits.ts';

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;

/**
 * e^x, the same to the last bit in JavaScript and SQL; within 1 ulp. After fdlibm (e_exp.c), with + − × ÷ and
 * floor only:
 *
 *   1. x = k·ln 2 + r with |r| ≤ ½ ln 2; r is kept as high − low
 *   2. e^r = 1 + r + r·c/(2 − c) with c = r − r²·P(r²)
 *   3. times 2^k, in two exact halves, so that a subnormal result is rounded once
 *
 * Above 709.78 → Infinity, below −745.13 → 0.
 */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  // Below 2^-28, x² vanishes beside 1 (and could underflow, which PostgreSQL would refuse).
  if (Math.abs(x) < 3.725290298461914e-9) return 1 + x;
  const k = Math.floor(INVERSE_LN2 * x + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t *
              (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return scaleByPowerOfTwo(y, k);
}
