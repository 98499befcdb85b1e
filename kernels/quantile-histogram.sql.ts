// Control path. Twins of quantile-histogram.ts.
import { strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

export const quantileHistogramFunctions: readonly SqlFunction[] = [
  strictFunction({
    name: 'quantile_bucket',
    parameters: 'x float8',
    returns: 'integer',
    body: `
declare bits bytea := float8send(abs(x)); size integer;
begin
  size := (get_byte(bits, 0) << 11) | (get_byte(bits, 1) << 3) | (get_byte(bits, 2) >> 5);
  return case when x < 0 then -1 - size else size end;
end`,
  }),
  strictFunction({
    name: 'quantile_value',
    parameters: 'bucket integer',
    returns: 'float8',
    body: `
declare size integer := case when bucket < 0 then -1 - bucket else bucket end; middle float8;
begin
  if size = 0 then return 0; end if;
  middle := case when size < 128 then (size + 0.5::float8) * 0.0078125 * power(2::float8, -1022)
    else (128 + (size & 127) + 0.5::float8) * 0.0078125 * power(2::float8, (size >> 7) - 1023) end;
  return case when bucket < 0 then -middle else middle end;
end`,
  }),
  // Over an array in any order; null elements are not wanted.
  strictFunction({
    name: 'approx_percentile',
    parameters: 'xs float8[], p float8',
    returns: 'float8',
    body: `
begin
  return (select "skewless".quantile_value("skewless".quantile_bucket(
    "skewless".percentile_disc(array_agg(x order by x), p))) from unnest(xs) as x where x is not null);
end`,
  }),
];
