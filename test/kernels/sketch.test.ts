import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashTextExtended } from '../../kernels/hash.ts';
import { HLL_REGISTERS, hllAdd, hllEstimate, hllMerge } from '../../kernels/hyperloglog.ts';
import { percentileDisc } from '../../kernels/percentile.ts';
import { bucketOf, bucketValue, histogramPercentile } from '../../kernels/quantile-histogram.ts';
import type { TestDatabase } from '../support/postgres.ts';
import {
  anyDouble,
  databaseWithKernels,
  edgeDoubles,
  expectAgreement,
  floatText,
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
const below = (n: number) => Math.floor(random() * n);

test('hashTextExtended is hashtextextended with seed 0', () => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789-_', 'é', '\ud7ff', '😀', '\u{10ffff}'];
  const texts = repeat(20_000, () => repeat(below(40), () => letters[below(letters.length)]!).join(''));
  const numbers = repeat(10_000, () => String(Math.floor((random() - 0.5) * 2 ** below(54))));
  return expectAgreement(database.pool, {
    sql: '"skewless".hll_hash(a)',
    types: ['text'],
    rows: ['', 'x'.repeat(10_000), '😀'.repeat(3_000), ...texts, ...numbers].map(text => [text] as const),
    js: hashTextExtended,
  });
});

describe('approximate count of different values', () => {
  const sizes = [0, 1, 2, 3, 10, 100, 1_000, 3_000, 10_000, 15_000, 60_000, 200_000];
  const sketch = (from: number, count: number) => {
    const registers = new Uint8Array(HLL_REGISTERS);
    for (let n = 0; n < count; n += 1) hllAdd(registers, String(from + n));
    return registers;
  };

  test('is the same in SQL, by hashes and by least remainders', async () => {
    const rows = sizes.slice(0, -1).map(size => [1_000_000, size] as const);
    const js = (from: number, count: number) => hllEstimate(sketch(from, count));
    await expectAgreement(database.pool, {
      sql: `(select "skewless".hll_count(array_agg("skewless".hll_hash(n::text))) from generate_series(a, a + b - 1) n)`,
      types: ['bigint', 'bigint'],
      rows,
      js,
    });
    await expectAgreement(database.pool, {
      sql: `(select "skewless".hll_estimate(coalesce(array_agg(least), '{}')) from (
        select min("skewless".hll_remainder(h)) as least
        from (select "skewless".hll_hash(n::text) as h from generate_series(a, a + b - 1) n) s
        group by "skewless".hll_register(h)) r)`,
      types: ['bigint', 'bigint'],
      rows,
      js,
    });
  });

  test('is within four standard errors', () => {
    for (const size of sizes) {
      for (let run = 0; run < (size > 20_000 ? 1 : 4); run += 1) {
        const error = Math.abs(hllEstimate(sketch(run * 10_000_000, size)) - size);
        expect(error, `${size}`).toBeLessThanOrEqual(4 * 0.01625 * size);
      }
    }
  });

  test('a merged sketch is the sketch of both', () => {
    const merged = sketch(0, 3_000);
    hllMerge(merged, sketch(2_000, 3_000));
    expect(merged).toEqual(sketch(0, 5_000));
  });

  test('full and empty registers are estimated the same in SQL', async () => {
    const histories = repeat(40, () => {
      const count = [0, 1, 5, 4_095, 4_096][below(5)]!;
      return repeat(count, () => (random() < 0.3 ? 0 : Math.floor(2 ** (random() * 52))));
    });
    await expectAgreement(database.pool, {
      sql: '"skewless".hll_estimate(a)',
      types: ['bigint[]'],
      rows: histories.map(least => [`{${least.join(',')}}`] as const),
      js: (text: string) => {
        const registers = new Uint8Array(HLL_REGISTERS);
        const least = text === '{}' ? [] : text.slice(1, -1).split(',').map(Number);
        least.forEach(
          (remainder, at) => (registers[at] = remainder === 0 ? 53 : 52 - Math.floor(Math.log2(remainder))),
        );
        return hllEstimate(registers);
      },
    });
  });
});

describe('approximate percentiles', () => {
  const finite = [...edgeDoubles, ...repeat(20_000, () => anyDouble(random))].filter(Number.isFinite);

  test('buckets are the same in SQL', async () => {
    const rows = finite.map(x => [x] as const);
    await expectAgreement(database.pool, {
      sql: '"skewless".quantile_bucket(a)',
      types: ['float8'],
      rows,
      js: bucketOf,
    });
    await expectAgreement(database.pool, {
      sql: '"skewless".quantile_value(a)',
      types: ['integer'],
      rows: finite.map(x => [bucketOf(x)] as const),
      js: bucketValue,
    });
  });

  test('a bucket is in the order of its numbers, and its middle within 2^-8', () => {
    const sorted = [...finite].sort((a, b) => a - b);
    for (const [index, x] of sorted.entries()) {
      if (index > 0) expect(bucketOf(x)).toBeGreaterThanOrEqual(bucketOf(sorted[index - 1]!));
      if (Math.abs(x) >= 2.2250738585072014e-308) {
        expect(Math.abs(bucketValue(bucketOf(x)) / x - 1), floatText(x)).toBeLessThanOrEqual(2 ** -8);
      }
    }
  });

  test('approx_percentile is the same in SQL, and as the histogram has it', () =>
    expectAgreement(database.pool, {
      sql: '"skewless".approx_percentile(a, b)',
      types: ['float8[]', 'float8'],
      rows: repeat(
        1_000,
        () =>
          [
            `{${repeat(below(50), () => finite[below(finite.length)]!)
              .map(floatText)
              .join(',')}}`,
            random(),
          ] as const,
      ),
      js: (text: string, p: number) => {
        const values =
          text === '{}'
            ? []
            : text
                .slice(1, -1)
                .split(',')
                .map(Number)
                .sort((a, b) => a - b);
        const buckets = values.map(bucketOf);
        const fromHistogram = histogramPercentile(
          buckets,
          buckets.map(() => 1),
          p,
        );
        const exact = percentileDisc(values, p);
        expect(fromHistogram).toBe(exact === null ? null : bucketValue(bucketOf(exact)));
        return fromHistogram;
      },
    }));
});
