// Control path. Twin of exponential.ts, step for step; power(2, n) of a whole n is exact.
import { strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

export const exponentialFunctions: readonly SqlFunction[] = [
  strictFunction({
    name: 'exp',
    parameters: 'x float8',
    returns: 'float8',
    body: `
declare k float8; high float8; low float8; r float8; t float8; c float8; y float8; half float8;
begin
  if x = 'NaN' then return x; end if;
  if x > 709.782712893384 then return 'Infinity'; end if;
  if x < -745.1332191019411 then return 0; end if;
  if abs(x) < 3.725290298461914e-9 then return 1 + x; end if;
  k := floor(1.44269504088896338700::float8 * x + 0.5);
  high := x - k * 6.93147180369123816490e-1::float8;
  low := k * 1.90821492927058770002e-10::float8;
  r := high - low;
  t := r * r;
  c := r - t * (1.66666666666666019037e-1::float8 + t * (-2.77777777770155933842e-3::float8
         + t * (6.61375632143793436117e-5::float8 + t * (-1.65339022054652515390e-6::float8
         + t * 4.13813679705723846039e-8::float8))));
  y := 1 - (low - (r * c) / (2 - c) - high);
  half := floor(k / 2);
  return y * power(2::float8, half) * power(2::float8, k - half);
end`,
  }),
];
