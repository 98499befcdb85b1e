import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../support/postgres.ts';
import {
  anyDouble,
  databaseWithKernels,
  edgeDoubles,
  expectAgreement,
  randomFrom,
  repeat,
  seed,
} from './agreement.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await databaseWithKernels();
});
afterAll(() => database.end());

const random = randomFrom(seed);
const edgePairs = edgeDoubles.flatMap(a => edgeDoubles.map(b => [a, b] as const));
/** Pairs whose product, quotient or sum lies at the very edge of overflow or underflow. */
const borderPairs = repeat(8_000, () => {
  const a = (1 + random()) * 2 ** Math.floor(random() * 1000 - 500) * (random() < 0.5 ? -1 : 1);
  const border =
    random() < 0.5 ? (1 + random() * 2 ** -50) * 2 ** 1023 * 1.9999999999999998 : (1 + random()) * 2 ** -538;
  const b = random() < 0.5 ? border / a : border * 2 ** -537 * (1 / a);
  return [a, random() < 0.5 ? b : 1 / b] as const;
});
/** Quotients about 2^1024 and 2^-1075 of operands on any side of 1. */
const borderQuotients = repeat(8_000, () => {
  const b = (1 + random()) * 2 ** -Math.floor(random() * 1074);
  const wobble = 1 + (Math.floor(random() * 9) - 4) * 2 ** -52;
  const a = b * 2 ** 512 * wobble * 2 ** 511 * 2;
  return random() < 0.8 ? ([a, b] as const) : ([b, a] as const);
});
const pairs = [
  ...borderQuotients,

  ...edgePairs,
  ...borderPairs,
  ...repeat(20_000, () => [anyDouble(random), anyDouble(random)] as const),
];
const singles = [...edgeDoubles, ...repeat(30_000, () => anyDouble(random))].map(x => [x] as const);

const compare = (name: string, js: (a: number, b: number) => number | boolean) =>
  test(name, () =>
    expectAgreement(database.pool, {
      sql: `"skewless".${name}(a, b)`,
      types: ['float8', 'float8'],
      rows: pairs,
      js,
    }),
  );

describe('operators of JavaScript in SQL', () => {
  compare('js_add', (a, b) => a + b);
  compare('js_sub', (a, b) => a - b);
  compare('js_mul', (a, b) => a * b);
  compare('js_div', (a, b) => a / b);
  compare('js_max', (a, b) => Math.max(a, b));
  compare('js_min', (a, b) => Math.min(a, b));
  compare('js_lt', (a, b) => a < b);
  compare('js_le', (a, b) => a <= b);
  compare('js_gt', (a, b) => a > b);
  compare('js_ge', (a, b) => a >= b);
  compare('js_eq', (a, b) => a === b);
  compare('js_ne', (a, b) => a !== b);

  test('a product at half the least subnormal goes up or to zero as IEEE 754 rounds it', () => {
    const factors = repeat(5_000, () => 1 + Math.floor(random() * 2 ** 52) * 2 ** -52);
    const rows = factors.flatMap(m => {
      const tie = [m * 2 ** -500, (1 / m) * 2 ** -575] as const;
      return [tie, [tie[0], -tie[1] * (1 + 2 ** -52)] as const, [tie[0], tie[1] * (1 - 2 ** -53)] as const];
    });
    return expectAgreement(database.pool, {
      sql: '"skewless".js_mul(a, b)',
      types: ['float8', 'float8'],
      rows,
      js: (a: number, b: number) => a * b,
    });
  });

  test('js_mod of whole numbers, the sign of zero included', () => {
    const whole = () => Math.trunc(random() * 2 ** Math.floor(random() * 54)) * (random() < 0.5 ? -1 : 1);
    const edges = [0, -0, 1, -1, 2, -2, 10, 2 ** 53, -(2 ** 53), 2 ** 53 - 1, Infinity, -Infinity, NaN];
    const rows = [
      ...edges.flatMap(a => edges.map(b => [a, b] as const)),
      ...repeat(20_000, () => [whole(), whole()] as const),
    ];
    return expectAgreement(database.pool, {
      sql: '"skewless".js_mod(a, b)',
      types: ['float8', 'float8'],
      rows,
      js: (a: number, b: number) => a % b,
    });
  });
});

describe('functions of Math in SQL', () => {
  const functions: readonly (readonly [string, (x: number) => number])[] = [
    ['"skewless".js_round(a)', Math.round],
    ['"skewless".js_sign(a)', Math.sign],
    ['"skewless".js_sqrt(a)', Math.sqrt],
    ['abs(a)', Math.abs],
    ['floor(a)', Math.floor],
    ['ceil(a)', Math.ceil],
    ['trunc(a)', Math.trunc],
    ['-a', x => -x],
  ];
  for (const [sql, js] of functions) {
    test(sql, () => expectAgreement(database.pool, { sql, types: ['float8'], rows: singles, js }));
  }
});

test('null with anything is null, NaN included', async () => {
  const names = ['add', 'sub', 'mul', 'div', 'mod', 'min', 'max', 'lt', 'le', 'gt', 'ge', 'eq', 'ne'];
  for (const name of names) {
    for (const other of ["'NaN'", '1', '0', 'null']) {
      for (const call of [`(null, ${other})`, `(${other}, null)`]) {
        const { rows } = await database.pool.query<{ v: unknown }>(
          `select "skewless".js_${name}${call} as v`,
        );
        expect(rows[0]!.v, `js_${name}${call}`).toBeNull();
      }
    }
  }
});

test('the arithmetic is expanded in place, not called', async () => {
  const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
    'explain (verbose) select "skewless".js_add(a, b) from (values (1::float8, 2::float8), (3, 4)) v(a, b)',
  );
  expect(rows.map(row => row['QUERY PLAN']).join('\n')).toContain('CASE WHEN');
});
