import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as elapsed from '../../kernels/elapsed.ts';
import { formatInstant, instantFromMicroseconds, parseInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { databaseWithKernels, expectAgreement, randomFrom, repeat, seed } from './agreement.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await databaseWithKernels();
});
afterAll(() => database.end());

const random = randomFrom(seed);
const anyInstant = () => instantFromMicroseconds(Math.floor((random() * 2 - 1) * Number.MAX_SAFE_INTEGER));
const edges = [0, 1, -1, 86_399_999_999, -86_400_000_000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
const instants = [...edges.map(instantFromMicroseconds), ...repeat(20_000, anyInstant)];

describe('parseInstant', () => {
  test('reads what formatInstant writes', () => {
    for (const instant of instants) expect(parseInstant(formatInstant(instant))).toBe(instant);
  });

  test('agrees with timestamptz, whatever the offset and the digits', () => {
    const offsets = ['Z', '+00:00', '-00:00', '+05:30', '-09:30', '+14:00', '-12:00', '+15:59', '-15:59'];
    const rows = instants.map(instant => {
      const digits = Math.floor(random() * 7);
      const written = formatInstant(instant).slice(0, digits === 0 ? 19 : 20 + digits);
      return [
        written +
          '0'.repeat(digits === 0 ? 0 : Math.floor(random() * (10 - digits))) +
          offsets[Math.floor(random() * 9)]!,
      ] as const;
    });
    return expectAgreement(database.pool, {
      sql: '(extract(epoch from a) * 1000000)::bigint',
      types: ['timestamptz'],
      rows: rows.filter(([text]) => parseInstant(text) !== null),
      js: (a: string) => parseInstant(a),
    });
  });

  test('knows the calendar', () => {
    const day = Date.UTC(1896, 0, 1);
    for (let n = 0; n < 130_000; n += 13) {
      const date = new Date(day + n * 86_400_000);
      expect(parseInstant(date.toISOString())).toBe(date.getTime() * 1000);
    }
  });

  test('refuses what is not an instant, or not exactly one', () => {
    const refused = [
      '',
      '2024-01-01',
      '2024-01-01T00:00:00',
      '2024-01-01T00:00Z',
      '2024-02-30T00:00:00Z',
      '2023-02-29T00:00:00Z',
      '1900-02-29T00:00:00Z',
      '2024-00-10T00:00:00Z',
      '2024-13-10T00:00:00Z',
      '2024-04-31T00:00:00Z',
      '2024-01-00T00:00:00Z',
      '2024-01-01T24:00:00Z',
      '2024-01-01T23:60:00Z',
      '2024-01-01T23:59:60Z',
      '2024-01-01T00:00:00.Z',
      '2024-01-01T00:00:00.1234567Z',
      '2024-01-01T00:00:00.0000000000Z',
      '2024-01-01T00:00:00+0530',
      '2024-01-01T00:00:00+05',
      '2024-01-01T00:00:00+16:00',
      '2024-01-01T00:00:00+05:60',
      '2024-01-01T00:00:00ZZ',
      '2024-01-01t00:00:00Z',
      '2024-01-01T00:00:00z',
      ' 2024-01-01T00:00:00Z',
      '2024/01/01T00:00:00Z',
      '2024-1-01T00:00:00Z0',
      '+2024-01-01T00:00:00Z',
      '1600-01-01T00:00:00Z',
      '2300-01-01T00:00:00Z',
      '２024-01-01T00:00:00Z',
    ];
    for (const text of refused) expect(parseInstant(text), text).toBeNull();
  });

  test('takes seven to nine digits when the last ones are zeros', () => {
    expect(parseInstant('1970-01-01T00:00:00.123456000Z')).toBe(123_456);
    expect(parseInstant('1970-01-01 00:00:01.5+00:00')).toBe(1_500_000);
  });
});

test('elapsed time is the same in SQL', async () => {
  const rows = repeat(20_000, () => [anyInstant(), anyInstant()] as const);
  for (const unit of ['seconds', 'minutes', 'hours', 'days'] as const) {
    await expectAgreement(database.pool, {
      sql: `"skewless".${unit}_between(a, b)`,
      types: ['bigint', 'bigint'],
      rows,
      js: (a: Instant, b: Instant) => elapsed[`${unit}Between`](a, b),
    });
  }
});

test('a plain number is no Instant', () => {
  // @ts-expect-error: microseconds must be declared to be an instant
  const wrong: Instant = 12;
  const right: number = instantFromMicroseconds(12);
  expect(wrong + right).toBe(24);
  expect(() => instantFromMicroseconds(0.5)).toThrow(RangeError);
});
