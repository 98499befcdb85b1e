// Control path. Twin of power.ts, step for step.
import { strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

export const powerFunctions: readonly SqlFunction[] = [
  strictFunction({
    name: 'pow_whole',
    parameters: 'a float8, n integer',
    returns: 'float8',
    body: `
declare product float8 := 1; square float8 := a; safe boolean := abs(a) between 3e-5 and 3e4;
begin
  loop
    if n % 2 = 1 then product := case when safe then product * square else "skewless".js_mul(product, square) end; end if;
    n := n / 2;
    if n = 0 then return product; end if;
    square := case when safe then square * square else "skewless".js_mul(square, square) end;
  end loop;
end`,
  }),
  strictFunction({
    name: 'pow',
    parameters: 'a float8, b float8',
    returns: 'float8',
    body: `
declare whole boolean; odd boolean; signed float8; power float8; exponent float8;
begin
  if b = 0 then return 1; end if;
  if a = 'NaN' or b = 'NaN' then return 'NaN'; end if;
  whole := floor(b) = b;
  odd := whole and abs(b) < 9007199254740992 and floor(b / 2) * 2 <> b;
  if abs(b) = 'Infinity' then
    if abs(a) = 1 then return 'NaN'; end if;
    return case when (abs(a) > 1) = (b > 0) then 'Infinity'::float8 else 0 end;
  end if;
  if a = 0 or abs(a) = 'Infinity' then
    signed := case when odd then a else abs(a) end;
    return case when b > 0 then signed else "skewless".js_div(1, signed) end;
  end if;
  if whole and abs(b) <= 64 then
    power := "skewless".pow_whole(a, abs(b)::integer);
    return case when b < 0 then "skewless".js_div(1, power) else power end;
  end if;
  if a < 0 then
    if not whole then return 'NaN'; end if;
    exponent := "skewless".log(-a);
    exponent := "skewless".js_mul(b, exponent);
    power := "skewless".exp(exponent);
    return case when odd then -power else power end;
  end if;
  if b = 0.5 then return sqrt(a); end if;
  exponent := "skewless".log(a);
  exponent := "skewless".js_mul(b, exponent);
  return "skewless".exp(exponent);
end`,
  }),
];
