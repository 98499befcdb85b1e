// Control path.
// JavaScript's comparisons of doubles: PostgreSQL takes NaN for equal to itself and greater than all else.
// NaN compares false (js_ne: true) with any number; null with anything is null, also with NaN: hence the last
// terms. -0 equals 0 on both sides.
import { inlineFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

const comparison = (name: string, expression: string): SqlFunction =>
  inlineFunction(name, 'a float8, b float8', 'boolean', expression);

export const comparisonFunctions: readonly SqlFunction[] = [
  comparison('js_lt', `a < b and (b <> 'NaN'::float8 or a is null)`),
  comparison('js_le', `a <= b and (b <> 'NaN'::float8 or a is null)`),
  comparison('js_gt', `a > b and (a <> 'NaN'::float8 or b is null)`),
  comparison('js_ge', `a >= b and (a <> 'NaN'::float8 or b is null)`),
  comparison('js_eq', `a = b and (a <> 'NaN'::float8 or b is null)`),
  comparison('js_ne', `a <> b or (a = 'NaN'::float8 and b is not null)`),
];
