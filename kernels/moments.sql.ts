// Control path. Twins of moments.ts: numeric is exact, and its cast to float8 rounds once, as Number(bigint) does.
import { inlineFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

const variance = `case when n >= case when population then 1 else 2 end then
    (n::numeric * s2 - s * s)::float8
      / ((n::numeric * case when population then n else n - 1 end)::float8 * "skewless".power_of_ten(2 * scale))
  end`;
const moments = 'n bigint, s numeric, s2 numeric, scale integer, population boolean';

export const momentFunctions: readonly SqlFunction[] = [
  inlineFunction(
    'sum_of',
    'n bigint, s numeric, scale integer',
    'float8',
    'case when n > 0 then s::float8 / "skewless".power_of_ten(scale) end',
  ),
  inlineFunction(
    'average_of',
    'n bigint, s numeric, scale integer',
    'float8',
    'case when n > 0 then s::float8 / (n::float8 * "skewless".power_of_ten(scale)) end',
  ),
  inlineFunction(
    'average_of_fix62',
    'n bigint, total numeric',
    'float8',
    'case when n > 0 then "skewless".fix62_to_number(total) / n::float8 end',
  ),
  inlineFunction('variance', moments, 'float8', variance),
  inlineFunction('stddev', moments, 'float8', `sqrt(${variance})`),
];
