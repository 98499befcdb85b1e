// Control path. Twins of percentile.ts over a sorted array, `array_agg(x order by x)`. PostgreSQL's own
// percentile_cont is compiled C, in which some compilers fuse the multiplication and the addition.
import { inlineFunction, strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

export const percentileFunctions: readonly SqlFunction[] = [
  strictFunction({
    name: 'percentile_cont',
    parameters: 'sorted float8[], p float8',
    returns: 'float8',
    body: `
declare n integer := cardinality(sorted); rank float8; below integer; low float8; step float8;
begin
  if n = 0 then return null; end if;
  rank := p * (n - 1);
  below := floor(rank);
  low := sorted[below + 1];
  if below = rank then return low; end if;
  step := "skewless".js_sub(sorted[below + 2], low);
  rank := rank - below;
  step := "skewless".js_mul(rank, step);
  return "skewless".js_add(low, step);
end`,
  }),
  inlineFunction(
    'percentile_disc',
    'sorted anyarray, p float8',
    'anyelement',
    'sorted[greatest(ceil(p * cardinality(sorted)), 1)::integer]',
  ),
];
