import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as exact from '../../kernels/exact-sum.ts';
import * as moments from '../../kernels/moments.ts';
import { percentileCont, percentileDisc } from '../../kernels/percentile.ts';
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
const everyday = () => (random() - 0.4) * 10 ** (below(16) - 6);
const arrayText = (values: readonly number[]): string => `{${values.map(floatText).join(',')}}`;
const fromArrayText = (text: string): number[] =>
  text === '{}' ? [] : text.slice(1, -1).split(',').map(Number);

describe('exact sums of doubles', () => {
  const doubles = [...edgeDoubles, ...repeat(10_000, () => anyDouble(random)), ...repeat(10_000, everyday)];

  test('fix62 is the same in SQL', async () => {
    const rows = doubles.map(x => [x] as const);
    await expectAgreement(database.pool, {
      sql: '"skewless".fix62(a)',
      types: ['float8'],
      rows,
      js: exact.fix62,
    });
    await expectAgreement(database.pool, {
      sql: '"skewless".fix62_whole(a) * 4611686018427387904::numeric + "skewless".fix62_fraction(a)',
      types: ['float8'],
      rows,
      js: exact.fix62,
    });
  });

  test('the limbs are the same number, each below 2^38', () => {
    const limbs = new Float64Array(exact.SUM_LIMBS);
    for (const x of doubles) {
      expect(exact.isSummable(x)).toBe(exact.fix62(x) !== null);
      if (!exact.isSummable(x)) continue;
      exact.splitFix62(x, limbs, 0);
      const [high, middle, low] = [...limbs].map(BigInt) as [bigint, bigint, bigint];
      expect((high << 76n) + (middle << 38n) + low, floatText(x)).toBe(exact.fix62(x));
      for (const limb of limbs) expect(Math.abs(limb)).toBeLessThanOrEqual(2 ** 38);
    }
  });

  const groups = repeat(400, () =>
    repeat(1 + below(60), random() < 0.2 ? () => anyDouble(random) : everyday),
  );

  /** Limbs of a whole group, as the stream adds them. */
  function addUp(group: readonly number[]): [number, number, number] {
    const limbs = new Float64Array(exact.SUM_LIMBS);
    const total: [number, number, number] = [0, 0, 0];
    for (const x of group) {
      if (!exact.isSummable(x)) continue;
      exact.splitFix62(x, limbs, 0);
      for (let at = 0; at < exact.SUM_LIMBS; at += 1) total[at]! += limbs[at]!;
    }
    return total;
  }

  test('a sum is the same in SQL', () =>
    expectAgreement(database.pool, {
      sql: `(select "skewless".fix62_to_number(sum("skewless".fix62_whole(x)) * 4611686018427387904 + sum("skewless".fix62_fraction(x)))
        from unnest(a) as x)`,
      types: ['float8[]'],
      rows: groups.filter(group => group.some(exact.isSummable)).map(group => [arrayText(group)] as const),
      js: (text: string) => exact.safeLimbsToNumber(...addUp(fromArrayText(text))),
    }));

  test('limbs of any size become the same double by either way', () => {
    for (const group of groups) {
      const total = addUp(group);
      const [high, middle, low] = total.map(BigInt) as [bigint, bigint, bigint];
      expect(exact.safeLimbsToNumber(...total)).toBe(exact.limbsToNumber(high, middle, low));
      expect(exact.safeLimbsToNumber(total[0], -total[1] + 0, total[2])).toBe(
        exact.limbsToNumber(high, -middle, low),
      );
    }
  });

  test('order and retraction leave no trace', () => {
    for (const group of groups) {
      const kept = addUp(group);
      const reversed = addUp([...group].reverse());
      expect(reversed).toEqual(kept);
      const more = addUp([...group, ...groups[0]!, ...groups[0]!.map(x => -x)]);
      expect(more).toEqual(kept);
    }
  });
});

describe('moments', () => {
  const groups = repeat(4_000, () => {
    const size = 10 ** below(10);
    const constant = random() < 0.1;
    const value = () => BigInt(Math.floor((random() - 0.3) * size * 1000));
    const first = value();
    const values = repeat(below(12), () => (constant ? first : value()));
    const s = values.reduce((sum, x) => sum + x, 0n);
    const s2 = values.reduce((sum, x) => sum + x * x, 0n);
    return [values.length * 10 ** below(4), s, s2, below(16)] as const;
  }).map(([n, s, s2, scale]) =>
    n > 0 && s * s > BigInt(n) * s2 ? ([0, 0n, 0n, scale] as const) : ([n, s, s2, scale] as const),
  );
  const types = ['bigint', 'numeric', 'numeric', 'integer'];
  type Final = (n: number, s: bigint, s2: bigint, scale: number) => number | null;
  const finals: readonly (readonly [string, Final])[] = [
    ['"skewless".variance(a, b, c, d, false)', moments.varianceSample],
    ['"skewless".variance(a, b, c, d, true)', moments.variancePopulation],
    ['"skewless".stddev(a, b, c, d, false)', moments.stddevSample],
    ['"skewless".stddev(a, b, c, d, true)', moments.stddevPopulation],
    ['"skewless".sum_of(a, b, d)', (n, s, _, scale) => moments.sumOf(n, s, scale)],
    ['"skewless".average_of(a, b, d)', (n, s, _, scale) => moments.averageOf(n, s, scale)],
    ['"skewless".average_of_fix62(a, c)', (n, _, total) => moments.averageOfFix62(n, total)],
  ];
  for (const [sql, js] of finals) {
    test(`${sql} is the same`, () => expectAgreement(database.pool, { sql, types, rows: groups, js }));
  }

  test('of few values', () => {
    expect(moments.varianceSample(1, 5n, 25n, 0)).toBeNull();
    expect(moments.variancePopulation(1, 5n, 25n, 0)).toBe(0);
    expect(moments.variancePopulation(0, 0n, 0n, 0)).toBeNull();
    expect(moments.varianceSample(3, 600n, 140_000n, 2)).toBe(1);
    expect(moments.sumOf(0, 0n, 2)).toBeNull();
  });
});

describe('percentiles', () => {
  const rows = repeat(5_000, () => {
    const values = repeat(below(30), random() < 0.2 ? () => anyDouble(random) : everyday).filter(
      Number.isFinite,
    );
    const p = random() < 0.4 ? [0, 0.25, 0.5, 0.9, 0.95, 1][below(6)]! : random();
    return [arrayText(values.sort((a, b) => a - b)), p] as const;
  });
  const types = ['float8[]', 'float8'];

  test('percentile_cont is the same in SQL', () =>
    expectAgreement(database.pool, {
      sql: '"skewless".percentile_cont(a, b)',
      types,
      rows,
      js: (sorted: string, p: number) => percentileCont(fromArrayText(sorted), p),
    }));

  test('percentile_disc is the same in SQL, and as PostgreSQL defines it', async () => {
    const js = (sorted: string, p: number) => percentileDisc(fromArrayText(sorted), p);
    await expectAgreement(database.pool, { sql: '"skewless".percentile_disc(a, b)', types, rows, js });
    const sql = '(select percentile_disc(b) within group (order by x) + 0 from unnest(a) x)';
    await expectAgreement(database.pool, {
      sql,
      types,
      rows,
      js: (sorted: string, p: number) => addZero(js(sorted, p)),
    });
  });
});

const addZero = (x: number | null): number | null => (x === null ? null : x + 0);
