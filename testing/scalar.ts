import { compareText } from '../kernels/text.ts';

export type Scalar = number | bigint | boolean | string;

/** What a feature is: timestamps are µs. */
export type Value = Scalar | readonly Scalar[] | null;

/** Feature values by name. */
export type Values = Record<string, Value>;

/** Semantics §5, "inputs first": undefined is null, −0 becomes 0, NaN and the infinities become null. */
export function cleaned(value: unknown): Scalar | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') return value as Scalar;
  return Number.isFinite(value) ? value + 0 : null;
}

/** Rule 5: numbers, bigints and timestamps numerically; text by code point; false before true. */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a === 'string') return compareText(a, b as string);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function compareKeys(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const order = compareScalars(a[i] as Scalar, b[i] as Scalar);
    if (order !== 0) return order;
  }
  return 0;
}
