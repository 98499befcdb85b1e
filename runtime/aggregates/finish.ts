// Hot path: the last step from exact totals to a feature's value. `n` counts what was totalled.

/** A total of doubles is in units of 2^-62. */
export const FIX62 = 4611686018427387904;

/** Σ in units of 1/`unit`, rounded once; null of nothing. */
export function totalOf(n: number, total: number, unit: number): number | null {
  return n === 0 ? null : total / unit;
}

/** Σ ÷ n. */
export function meanOf(n: number, total: number, unit: number): number | null {
  if (n === 0) return null;
  // Of doubles the total is scaled back first, which is exact; of decimals n·10^scale is one whole number.
  return unit === FIX62 ? total / FIX62 / n : total / (n * unit);
}

export function anyOf(n: number, trues: number): boolean | null {
  return n === 0 ? null : trues > 0;
}

export function allOf(n: number, trues: number): boolean | null {
  return n === 0 ? null : trues === n;
}

/** An input of a double column: what is not finite is null, here NaN; −0 is 0. */
export function finiteOrNaN(value: number | null): number {
  return value !== null && value - value === 0 ? value + 0 : NaN;
}

/** A derived number, or timestamp: null where it is not finite. */
export function derivedNumber(value: number | null): number | null {
  return value !== null && value - value === 0 ? value + 0 : null;
}
