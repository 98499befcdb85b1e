import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../support/postgres.ts';
import { databaseWithKernels } from './agreement.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await databaseWithKernels(['Asia/Beirut']);
});
afterAll(() => database.end());

const calls = [
  'js_add(1.7e308, 1.7e308)',
  'js_mul(1e-200, -1e-200)',
  'js_div(1, 0)',
  'js_mod(-4, 2)',
  'js_round(-0.4)',
  "js_lt(1, 'NaN')",
  'log(10)',
  'log1p(1e-9)',
  'log10(3)',
  'exp(1.5)',
  'pow(1.1, 70.5)',
  "text_slice('añb😀c', -3, -1)",
  "text_trim(E'\\u2003x ')",
  "ascii_lower('ÀBC')",
  "text_before('a/b', '/')",
  "text_less('Z', 'a')",
  'days_between(0, 1)',
  'scaled_to_number(1230, 2)',
  'fix62(-0.1)',
  'variance(3, 600, 140000, 2, false)',
  "percentile_cont('{1,2.5,9}', 0.4)",
  "percentile_disc('{1,2.5,9}'::float8[], 0.4)",
  "hll_count(array[hll_hash('a'), hll_hash('b')])",
  "approx_percentile('{1,2.5,9}', 0.4)",
  ...[
    'hour_of_day',
    'minute_of_hour',
    'day_of_week',
    'day_of_month',
    'month_of_year',
    'year_of',
    'local_us',
  ].map(f => `${f}(1648375200000000, 'Asia/Beirut')`),
  ...['hour', 'day', 'week', 'month', 'quarter', 'year'].map(
    unit => `start_of_${unit}(1648375200000000, 'Asia/Beirut')`,
  ),
];
const query = `select jsonb_build_array(${calls.map(call => `(${call.replaceAll(/\b(?=[a-z_0-9]+\()/g, '"skewless".')})::text`).join(', ')}) as v`;

test('no setting of a session moves a kernel', async () => {
  const plain = await database.pool.query<{ v: (string | null)[] }>(query);
  const client = await database.pool.connect();
  try {
    await client.query(`
      create schema evil;
      create function evil.floor(float8) returns float8 language sql as 'select 42::float8';
      create function evil.abs(float8) returns float8 language sql as 'select 42::float8';
      set search_path = evil;
      set timezone = 'America/St_Johns';
      set datestyle = 'SQL, DMY';
      set intervalstyle = 'sql_standard';
      set lc_numeric = 'C';
      set jit = on;
      set jit_above_cost = 0;
      set jit_inline_above_cost = 0;
      set jit_optimize_above_cost = 0`);
    const odd = await client.query<{ v: (string | null)[] }>(query);
    expect(odd.rows[0]!.v).toEqual(plain.rows[0]!.v);
  } finally {
    client.release(true);
  }
  expect(plain.rows[0]!.v.slice(0, 6)).toEqual(['Infinity', '-0', 'Infinity', '-0', '-0', 'false']);
});
