// Control path. Twins of logarithm.ts, step for step.
import { strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

/** The top of log and log10: special values, then x = m·2^k with 1 ≤ m < 2 from the bits of x. */
const split = (variable: string): string => `
  bits := ('x' || encode(float8send(${variable}), 'hex'))::bit(64)::bigint;
  m := ((bits & 4503599627370495) | 4503599627370496)::float8 * 2.220446049250313e-16;
  k := k + (bits >> 52) - 1023;`;

const specialValues = `
  if x = 'NaN' or x = 'Infinity' then return x; end if;
  if x <= 0 then return case when x = 0 then '-Infinity' else 'NaN' end; end if;
  if x < 2.2250738585072014e-308 then x := x * 18014398509481984; k := -54; end if;`;

const halve = `
  if m > 1.4142135623730951 then m := m * 0.5; k := k + 1; end if;`;

const series = `
  f := m - 1;
  s := f / (2 + f);
  z := s * s;
  w := z * z;
  r := z * (0.6666666666666735130::float8 + w * (0.2857142874366239149::float8
         + w * (0.1818357216161805012::float8 + w * 0.1479819860511658591::float8)))
     + w * (0.3999999999940941908::float8 + w * (0.2222219843214978396::float8 + w * 0.1531383769920937332::float8));
  h := 0.5 * f * f;`;

const variables =
  'declare bits bigint; k float8 := 0; m float8; f float8; s float8; z float8; w float8; r float8; h float8;';

export const logarithmFunctions: readonly SqlFunction[] = [
  strictFunction({
    name: 'log',
    parameters: 'x float8',
    returns: 'float8',
    body: `
${variables}
begin${specialValues}${split('x')}${halve}${series}
  return k * 6.93147180369123816490e-1::float8
       - (h - (s * (h + r) + k * 1.90821492927058770002e-10::float8) - f);
end`,
  }),
  strictFunction({
    name: 'log1p',
    parameters: 'x float8',
    returns: 'float8',
    body: `
${variables}
  u float8; lost float8;
begin
  if x = 'NaN' or x = 'Infinity' then return x; end if;
  if x <= -1 then return case when x = -1 then '-Infinity' else 'NaN' end; end if;
  if abs(x) < 1.1102230246251565e-16 then return x; end if;
  u := 1 + x;${split('u')}${halve}
  lost := case when k >= 54 then 0 when k >= 2 then (1 - (u - x)) / u else (x - (u - 1)) / u end;${series}
  return s * (h + r) + (k * 1.90821492927058770002e-10::float8 + lost) - h + f
       + k * 6.93147180369123816490e-1::float8;
end`,
  }),
  strictFunction({
    name: 'log10',
    parameters: 'x float8',
    returns: 'float8',
    body: `
declare bits bigint; k float8 := 0; m float8; z float8;
begin${specialValues}${split('x')}
  if k < 0 then k := k + 1; m := m * 0.5; end if;
  z := k * 3.69423907715893078616e-13::float8 + 4.34294481903251816668e-1::float8 * "skewless".log(m);
  return z + k * 3.01029995663611771306e-1::float8;
end`,
  }),
];
