import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatDecimal, numberToScaled, parseDecimal, scaledToNumber } from '../../kernels/decimal.ts';
import { POWERS_OF_TEN } from '../../kernels/powers-of-ten.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { databaseWithKernels, expectAgreement, randomFrom, repeat, seed } from './agreement.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await databaseWithKernels();
});
afterAll(() => database.end());

const random = randomFrom(seed);
const below = (n: number) => Math.floor(random() * n);

/** Decimal text of every shape, in and out of the bounds of (p, s). */
function anyDecimal(): string {
  const digits = (most: number) => repeat(below(most + 1), () => (random() < 0.4 ? 0 : below(10))).join('');
  const sign = ['', '', '-', '+'][below(4)]!;
  const exponent = random() < 0.2 ? `${'eE'[below(2)]!}${['', '-', '+'][below(3)]!}${below(20)}` : '';
  const body = random() < 0.3 ? digits(9) : `${digits(9)}.${digits(6)}`;
  return sign + (/\d/.test(body) ? body : '0') + exponent;
}

const rows = repeat(30_000, () => {
  const precision = 1 + below(15);
  return [anyDecimal(), precision, below(precision + 1)] as const;
});

describe('parseDecimal', () => {
  test('takes exactly what numeric(p, s) holds without rounding, as its scaled integer', () =>
    expectAgreement(database.pool, {
      // The value in units of 10^-s, where it is whole and has at most p digits.
      sql: `case when a * power(10::numeric, c) = trunc(a * power(10::numeric, c)) and abs(a * power(10::numeric, c)) < power(10::numeric, b)
        then trunc(a * power(10::numeric, c)) else 'NaN' end`,
      types: ['numeric', 'integer', 'integer'],
      rows,
      js: parseDecimal,
    }));

  test('refuses what is no decimal', () => {
    const wrong = [
      '',
      '-',
      '+',
      '.',
      '-.',
      '1.2.3',
      '1e',
      '1e+',
      'e5',
      '1e1.5',
      ' 1',
      '1 ',
      '--1',
      '1-',
      '1,5',
      '0x10',
      'NaN',
      'Infinity',
      '1_000',
      '١',
    ];
    for (const text of wrong) expect(parseDecimal(text, 15, 5), JSON.stringify(text)).toBeNaN();
  });

  test('reads the usual shapes', () => {
    expect(parseDecimal('-12.30', 10, 2)).toBe(-1230);
    expect(parseDecimal('.5', 10, 2)).toBe(50);
    expect(parseDecimal('1.5e2', 10, 2)).toBe(15_000);
    expect(parseDecimal('-0.00', 10, 2)).toBe(0);
    expect(parseDecimal('12.3400000', 4, 2)).toBe(1234);
    expect(parseDecimal('123', 4, 2)).toBeNaN();
  });
});

const scaled = repeat(
  20_000,
  () => [below(10 ** (1 + below(15))) * (random() < 0.5 ? -1 : 1) + 0, below(16)] as const,
);

test('scaledToNumber is the nearest double, the same in SQL', () =>
  expectAgreement(database.pool, {
    sql: '"skewless".scaled_to_number(a, b)',
    types: ['bigint', 'integer'],
    rows: scaled,
    js: (m: number, scale: number) => {
      expect(scaledToNumber(m, scale)).toBe(Number(formatDecimal(m, scale)));
      return scaledToNumber(m, scale);
    },
  }));

test('numberToScaled is its inverse, and NaN for a double of no such decimal', () => {
  for (const [m, scale] of scaled) expect(numberToScaled(scaledToNumber(m, scale), scale)).toBe(m);
  for (const [x, scale] of [
    [0.125, 2],
    [0.1 + 0.2, 2],
    [1 / 3, 15],
    [1e15, 0],
    [NaN, 2],
    [Infinity, 0],
  ] as const) {
    expect(numberToScaled(x, scale), `${x}`).toBeNaN();
  }
});

test('powers of ten are the nearest doubles on both sides', () =>
  expectAgreement(database.pool, {
    sql: '"skewless".power_of_ten(a)',
    types: ['integer'],
    rows: POWERS_OF_TEN.map((_, exponent) => [exponent] as const),
    js: (exponent: number) => Number(`1e${exponent}`),
  }));
