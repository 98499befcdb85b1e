import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exp } from '../../kernels/exponential.ts';
import { log, log10, log1p } from '../../kernels/logarithm.ts';
import { pow } from '../../kernels/power.ts';
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
const everyday = () => (random() - 0.3) * 10 ** Math.floor(random() * 8 - 4);
const singles = [
  ...edgeDoubles,
  ...repeat(10_000, () => anyDouble(random)),
  ...repeat(8_000, everyday),
  ...repeat(4_000, () => (random() - 0.5) * 1500),
].map(x => [x] as const);

const kernels = { log, log1p, log10, exp };
for (const [name, kernel] of Object.entries(kernels)) {
  test(`${name} is the same in SQL`, () =>
    expectAgreement(database.pool, {
      sql: `"skewless".${name}(a)`,
      types: ['float8'],
      rows: singles,
      js: kernel,
    }));

  test(`${name} has the special values of Math.${name} and is within 2 ulps of it elsewhere`, () => {
    const native = Math[name as keyof typeof kernels];
    for (const [x] of singles) {
      const expected = native(x);
      const actual = kernel(x);
      const special = !Number.isFinite(expected) || expected === 0;
      if (special) expect(actual, `${name}(${x})`).toBe(expected);
      else
        expect(ulpsApart(actual, expected), `${name}(${x}) = ${actual}, not ${expected}`).toBeLessThanOrEqual(
          2,
        );
    }
  });
}

function ulpsApart(a: number, b: number): number {
  const bits = (x: number) => new BigInt64Array(new Float64Array([x]).buffer)[0]!;
  return Math.abs(Number(bits(a) - bits(b)));
}

describe('pow', () => {
  const exponents = [
    ...repeat(129, () => 0).map((_, n) => n - 64),
    0.5,
    -0.5,
    1.5,
    65,
    -65,
    100,
    1e300,
    -1e300,
  ];
  const rows = [
    ...edgeDoubles.flatMap(a => edgeDoubles.map(b => [a, b] as const)),
    ...repeat(6_000, () => [anyDouble(random), exponents[Math.floor(random() * exponents.length)]!] as const),
    ...repeat(6_000, () => [Math.abs(everyday()), everyday()] as const),
  ];

  test('is the same in SQL', () =>
    expectAgreement(database.pool, {
      sql: '"skewless".pow(a, b)',
      types: ['float8', 'float8'],
      rows,
      js: pow,
    }));

  test('has the special values of Math.pow', () => {
    const special = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, Infinity, -Infinity, NaN];
    for (const a of special) {
      for (const b of special) {
        const expected = Math.pow(a, b);
        // How near another implementation comes is accuracy, not agreement: JS and SQL agree to the bit, above.
        if (Number.isFinite(expected) && expected !== 0)
          expect(pow(a, b), `pow(${a}, ${b})`).toBeCloseTo(expected, 14);
        else expect(pow(a, b), `pow(${a}, ${b})`).toBe(expected);
      }
    }
  });

  test('is near Math.pow where that is finite', () => {
    for (const [a, b] of rows) {
      const expected = Math.pow(a, b);
      if (!Number.isFinite(expected) || Math.abs(expected) < 1e-290 || Math.abs(expected) > 1e290) continue;
      expect(Math.abs(pow(a, b) / expected - 1), `pow(${a}, ${b})`).toBeLessThan(2 ** -40);
    }
  });
});

test('log10 of a power of ten is whole', () => {
  for (let n = 0; n <= 22; n += 1) expect(log10(Number(`1e${n}`))).toBe(n);
});
