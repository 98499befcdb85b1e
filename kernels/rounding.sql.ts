// Control path.
// Those functions of `Math` that PostgreSQL has otherwise. Its abs, floor, ceil and trunc of float8 and its unary
// minus are JavaScript's already, -0 included, and need no twin.
import { inlineFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

export const roundingFunctions: readonly SqlFunction[] = [
  // Halves go up, toward +Infinity; [-½, 0) goes to -0.
  inlineFunction(
    'js_round',
    'a float8',
    'float8',
    `case when a < 0 and a >= -0.5 then '-0'::float8
      when abs(a) < 4503599627370496 and a - floor(a) >= 0.5 then floor(a) + 1
      else floor(a) end`,
  ),
  inlineFunction(
    'js_sign',
    'a float8',
    'float8',
    `case when a = 0 or a = 'NaN'::float8 then a else sign(a) end`,
  ),
  inlineFunction('js_sqrt', 'a float8', 'float8', `case when a < 0 then 'NaN'::float8 else sqrt(a) end`),
  inlineFunction(
    'js_max',
    'a float8, b float8',
    'float8',
    `case when a is null or b is null then null
      when a = 'NaN'::float8 or b = 'NaN'::float8 then 'NaN'::float8
      when a = 0 and b = 0 then a + b
      when a > b then a else b end`,
  ),
  inlineFunction(
    'js_min',
    'a float8, b float8',
    'float8',
    `case when a is null or b is null then null
      when a = 'NaN'::float8 or b = 'NaN'::float8 then 'NaN'::float8
      when a = 0 and b = 0 then -((-a) + (-b))
      when a < b then a else b end`,
  ),
];
