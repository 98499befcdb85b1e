// Control path. Twins of hash.ts and hyperloglog.ts. A register's greatest rank is its least remainder, so that rows
// need no bit counting. Over the rows of one group:
//
//   "skewless".hll_count(array_agg("skewless".hll_hash(x::text)))
//
// and for many rows, least remainders first:
//
//   select k, "skewless".hll_estimate(array_agg(least)) from (
//     select k, "skewless".hll_register(h), min("skewless".hll_remainder(h)) as least from … group by 1, 2) r group by k
import { inlineFunction, strictFunction } from './sql-function.ts';
import type { SqlFunction } from './sql-function.ts';

export const hyperloglogFunctions: readonly SqlFunction[] = [
  inlineFunction('hll_hash', 'value text', 'bigint', 'hashtextextended(value collate "C", 0)'),
  inlineFunction('hll_register', 'hash bigint', 'integer', '((hash >> 52) & 4095)::integer'),
  inlineFunction('hll_remainder', 'hash bigint', 'bigint', 'hash & 4503599627370495'),
  strictFunction({
    name: 'hll_rank',
    parameters: 'remainder bigint',
    returns: 'integer',
    body: `
declare bits bytea := float8send(remainder::float8);
begin
  return case when remainder = 0 then 53 else 1075 - ((get_byte(bits, 0) << 4) | (get_byte(bits, 1) >> 4)) end;
end`,
  }),
  strictFunction({
    name: 'hll_estimate',
    parameters: 'least_remainders bigint[]',
    returns: 'float8',
    body: `
declare ranks integer[]; z float8; x float8; weight float8; total float8; before float8;
begin
  select array_agg(coalesce(c.n, 0) order by r.rank) into ranks
    from generate_series(1, 53) as r(rank)
    left join (select "skewless".hll_rank(m) as rank, count(*)::integer as n
      from unnest(least_remainders) as m group by 1) c using (rank);
  x := 1 - ranks[53]::float8 / 4096;
  z := 0;
  if x <> 0 and x <> 1 then
    weight := 1;
    total := 1 - x;
    loop
      before := total;
      x := sqrt(x);
      weight := weight * 0.5;
      total := total - (1 - x) * (1 - x) * weight;
      exit when total = before;
    end loop;
    z := 4096 * (total / 3);
  end if;
  for rank in reverse 52 .. 1 loop
    z := 0.5 * (z + ranks[rank]);
  end loop;
  if cardinality(least_remainders) = 0 then return 0; end if;
  weight := 1;
  x := (4096 - cardinality(least_remainders))::float8 / 4096;
  total := x;
  loop
    before := total;
    x := x * x;
    total := total + x * weight;
    weight := weight + weight;
    exit when total = before;
  end loop;
  z := z + 4096 * total;
  return floor(16777216::float8 / (2 * 0.6931471805599453::float8) / z + 0.5);
end`,
  }),
  strictFunction({
    name: 'hll_count_of',
    parameters: 'hashes bigint[]',
    returns: 'float8',
    body: `
begin
  return (select "skewless".hll_estimate(coalesce(array_agg(r.least), '{}'))
    from (select min("skewless".hll_remainder(h)) as least
      from unnest(hashes) as h where h is not null group by "skewless".hll_register(h)) r);
end`,
  }),
  inlineFunction('hll_count', 'hashes bigint[]', 'float8', `"skewless".hll_count_of(coalesce(hashes, '{}'))`),
];
