/**
 * The nearest doubles of 10^0 … 10^44, as literals: V8's `10 ** n` is not always the nearest one, and
 * PostgreSQL's `power` is the platform's.
 */
export const POWERS_OF_TEN: readonly number[] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37,
  1e38, 1e39, 1e40, 1e41, 1e42, 1e43, 1e44,
];

/** 10^n for 0 ≤ n ≤ 44. */
export function powerOfTen(n: number): number {
  const power = POWERS_OF_TEN[n];
  if (power === undefined) throw new RangeError(`10^${n} is not in the table: whole n from 0 to 44`);
  return power;
}
