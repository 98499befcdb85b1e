// Control path.
// JavaScript's + − × ÷ % on doubles. PostgreSQL raises on overflow, on underflow to zero and on division by zero,
// and one bad row would kill a backfill; these return what IEEE 754 says.
//
// Each is an expression that PostgreSQL expands in place, with a test that nearly every row passes; the rest goes
// to a `…_wide` function. Those find out beforehand whether the operation would raise, on operands scaled by
// powers of two (which is exact): an exception block would cost a subtransaction and, before PostgreSQL 17,
// forbid parallel plans. They are only for operands that the test refused.
//
// PostgreSQL expands a call within a call two deep; deeper ones cost 1 µs a row each. Where that counts, bind the
// inner ones in a subquery (`offset 0`).
import { inlineFunction, strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

const both = 'a float8, b float8';
/** No product or quotient of two such magnitudes overflows or underflows. */
const isModerate = (v: string): string => `abs(${v}) between 1e-150::float8 and 1e150::float8`;

const TWO_512 = '1.3407807929942597e154::float8';
const TWO_MINUS_512 = '7.458340731200207e-155::float8';
const TWO_537 = '4.4989137945431964e161::float8';
const TWO_MINUS_537 = '2.2227587494850775e-162::float8';
const TWO_1000 = '1.0715086071862673e301::float8';
const TWO_MINUS_1000 = '9.332636185032189e-302::float8';
const TWO_1023 = '8.98846567431158e307::float8';

const signedInfinity = `case when (a < 0) = (b < 0) then 'Infinity'::float8 else '-Infinity'::float8 end`;
const signedZero = `case when (a < 0) = (b < 0) then '0'::float8 else '-0'::float8 end`;

export const arithmeticFunctions: readonly SqlFunction[] = [
  // Halved operands cannot overflow, and reach 2^1023 exactly when the sum would round to 2^1024.
  strictFunction({
    name: 'js_add_wide',
    parameters: both,
    returns: 'float8',
    cost: 1,
    body: `
declare half float8;
begin
  if a = 'NaN' or b = 'NaN' or abs(a) = 'Infinity' or abs(b) = 'Infinity' or abs(a) < 1e290 or abs(b) < 1e290 then
    return a + b;
  end if;
  half := a * 0.5 + b * 0.5;
  if half >= ${TWO_1023} then return 'Infinity'; end if;
  if half <= -${TWO_1023} then return '-Infinity'; end if;
  return a + b;
end`,
  }),
  inlineFunction(
    'js_add',
    both,
    'float8',
    'case when abs(a) < 8.9e307::float8 and abs(b) < 8.9e307::float8 then a + b else "skewless".js_add_wide(a, b) end',
  ),
  inlineFunction(
    'js_sub',
    both,
    'float8',
    'case when abs(a) < 8.9e307::float8 and abs(b) < 8.9e307::float8 then a - b else "skewless".js_add_wide(a, -b) end',
  ),

  // Overflow needs both above 1, underflow both below 1. A product just at half the smallest subnormal goes to
  // zero or not by the sign of its rounding error, which Dekker's two-product gives exactly.
  strictFunction({
    name: 'js_mul_wide',
    parameters: both,
    returns: 'float8',
    cost: 1,
    body: `
declare x float8 := abs(a); y float8 := abs(b); p float8; t float8; xh float8; xl float8; yh float8; yl float8;
begin
  if x = 0 or y = 0 or x = 'NaN' or y = 'NaN' or x = 'Infinity' or y = 'Infinity' then return a * b; end if;
  if x > 1 and y > 1 then
    if (x * ${TWO_MINUS_512}) * (y * ${TWO_MINUS_512}) >= 1 then return ${signedInfinity}; end if;
  elsif x < 1 and y < 1 then
    x := x * ${TWO_537};
    y := y * ${TWO_537};
    p := x * y;
    if p = 0.5 then
      t := 134217729 * x; xh := t - (t - x); xl := x - xh;
      t := 134217729 * y; yh := t - (t - y); yl := y - yh;
      if ((xh * yh - p) + xh * yl + xl * yh) + xl * yl <= 0 then return ${signedZero}; end if;
    elsif p < 0.5 then
      return ${signedZero};
    end if;
  end if;
  return a * b;
end`,
  }),
  inlineFunction(
    'js_mul',
    both,
    'float8',
    `case when ${isModerate('a')} and ${isModerate('b')} then a * b else "skewless".js_mul_wide(a, b) end`,
  ),

  // The quotient reaches half the smallest subnormal at most when x·2^537 ≤ ½·(y·2^-537): compared, not divided.
  strictFunction({
    name: 'js_div_wide',
    parameters: both,
    returns: 'float8',
    cost: 1,
    body: `
declare x float8 := abs(a); y float8 := abs(b); u float8; v float8;
begin
  if x = 'NaN' or y = 'NaN' then return 'NaN'; end if;
  if y = 0 then
    if x = 0 then return 'NaN'; end if;
    return case when (a < 0) = (float8send(b) = '\\x8000000000000000'::bytea) then 'Infinity' else '-Infinity' end;
  end if;
  if x = 0 or x = 'Infinity' or y = 'Infinity' then return a / b; end if;
  if x > 1 and y < 1 then
    u := x * ${TWO_MINUS_512};
    v := y * ${TWO_512};
    if u >= 2 * v or u / v >= 1 then return ${signedInfinity}; end if;
  elsif x <= 1 and x >= 1e-18 and y < ${TWO_MINUS_1000} then
    if x / (y * ${TWO_1000}) >= 16777216 then return ${signedInfinity}; end if;
  elsif x < 1 and y > 1 then
    if x * ${TWO_537} <= 0.5 * (y * ${TWO_MINUS_537}) then return ${signedZero}; end if;
  end if;
  return a / b;
end`,
  }),
  inlineFunction(
    'js_div',
    both,
    'float8',
    `case when ${isModerate('a')} and ${isModerate('b')} then a / b else "skewless".js_div_wide(a, b) end`,
  ),

  // Whole operands of |x| ≤ 2^53 only, and ±Infinity; NaN for others, as JavaScript has only for some of them.
  strictFunction({
    name: 'js_mod',
    parameters: both,
    returns: 'float8',
    body: `
declare r bigint;
begin
  if abs(a) > 9007199254740992 or floor(a) <> a or b = 0 or b = 'NaN' then return 'NaN'; end if;
  if abs(b) = 'Infinity' then return a; end if;
  if abs(b) > 9007199254740992 or floor(b) <> b then return 'NaN'; end if;
  r := a::bigint % b::bigint;
  return case when r <> 0 then r when a < 0 then '-0'::float8 when a = 0 then a else 0 end;
end`,
  }),
];
