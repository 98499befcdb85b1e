// Hot path.
// Sums of doubles that no order of rows, no retraction and no restart can change (EXACTNESS §2, "fix62").
//
// A double counts as the whole number of 2^-62 it holds, the rest cut off toward zero; |x| > 2^52, NaN and
// ±Infinity count as null. That number has at most 114 bits and is added exactly, as three limbs of 38 bits that
// carry the sign of x:
//
//   value = (high·2^76 + middle·2^38 + low) · 2^-62
//
// Each limb is a double with room for 2^15 additions before it must be carried on (or kept in a BigInt64Array,
// with room for 2^25). Only the final conversion to a double rounds, once.

const LIMIT = 4503599627370496;
const TWO_14 = 16384;
const TWO_24 = 16777216;
const TWO_38 = 274877906944;
const TWO_62 = 4611686018427387904;
const INVERSE_TWO_14 = 1 / TWO_14;
const INVERSE_TWO_24 = 1 / TWO_24;
const INVERSE_TWO_62 = 1 / TWO_62;

/** How many limbs a sum of doubles has. */
export const SUM_LIMBS = 3;

/** Whether x takes part in a sum; NaN does not. */
export function isSummable(x: number): boolean {
  return Math.abs(x) <= LIMIT;
}

/** Writes high, middle and low of a summable x to `limbs[at]` … `limbs[at + 2]`. */
export function splitFix62(x: number, limbs: Float64Array, at: number): void {
  const high = Math.trunc(x * INVERSE_TWO_14);
  const belowHigh = x - high * TWO_14;
  const middle = Math.trunc(belowHigh * TWO_24);
  const belowMiddle = belowHigh - middle * INVERSE_TWO_24;
  limbs[at] = high + 0;
  limbs[at + 1] = middle + 0;
  limbs[at + 2] = Math.trunc(belowMiddle * TWO_62) + 0;
}

/** The reference: x as a whole number of 2^-62, or null where it does not count. */
export function fix62(x: number): bigint | null {
  if (!isSummable(x)) return null;
  const whole = Math.trunc(x);
  return BigInt(whole) * (1n << 62n) + BigInt(Math.trunc((x - whole) * TWO_62));
}

/** The nearest double of a whole number of 2^-62. */
export function fix62ToNumber(total: bigint): number {
  return Number(total) * INVERSE_TWO_62;
}

/** The nearest double of a sum from its limbs, which may be of any size and of unlike signs. */
export function limbsToNumber(high: bigint, middle: bigint, low: bigint): number {
  return fix62ToNumber((high << 76n) + (middle << 38n) + low);
}

/**
 * {@link limbsToNumber} for limbs that are safe integers. Where high and middle together are one too, which
 * sums up to 2^29 in size have, the one rounding is that of a single addition.
 */
export function safeLimbsToNumber(high: number, middle: number, low: number): number {
  const upper = high * TWO_38 + middle;
  if (Math.abs(high) < 32768 && Number.isSafeInteger(upper)) return (upper * TWO_38 + low) * INVERSE_TWO_62;
  return limbsToNumber(BigInt(high), BigInt(middle), BigInt(low));
}
