import { expect, test } from 'vitest';
import { Profile } from '../../runtime/training/io/index.ts';
import { batchOf, column } from './support.ts';

test('numbers: moments, ends and quantiles, nulls apart', () => {
  const profile = new Profile([column('n', 'int')]);
  profile.add(batchOf([[1], [2], [null]]));
  profile.add(batchOf([[3], [4], [5]]));
  expect(profile.result()).toEqual({
    rows: 6,
    columns: {
      n: {
        type: 'int',
        shape: 'number',
        count: 5,
        nulls: 1,
        mean: 3,
        stddev: Math.sqrt(2.5),
        min: 1,
        max: 5,
        quantiles: {
          p1: 1.00390625,
          p5: 1.00390625,
          p25: 2.0078125,
          p50: 3.0078125,
          p75: 4.015625,
          p95: 5,
          p99: 5,
        },
      },
    },
  });
});

test('quantiles are within 0.39 % of the ones by rank', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 10_000) - 5_000.5);
  const profile = new Profile([column('x', 'double')]);
  profile.add(batchOf(values.map(x => [x])));
  const of = profile.result().columns['x']!;
  if (of.shape !== 'number') throw new Error('it is one of numbers');
  const sorted = values.toSorted((a, b) => a - b);
  for (const [name, p] of [
    ['p1', 0.01],
    ['p25', 0.25],
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const exact = sorted[Math.ceil(p * sorted.length) - 1]!;
    expect(Math.abs(of.quantiles[name]! - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -8);
  }
});

test('nothing: nulls all through', () => {
  const profile = new Profile([column('x', 'double'), column('at', 'timestamp'), column('s', 'text')]);
  profile.add(batchOf([[null, null, null]]));
  expect(profile.result().columns).toMatchObject({
    x: { count: 0, nulls: 1, mean: null, stddev: null, min: null, quantiles: { p50: null } },
    at: { min: null, max: null },
    s: { distinct: 0, top: [], topMissed: 0 },
  });
});

test('categories: the most frequent first, lists by their JSON', () => {
  const profile = new Profile([column('s', 'text'), column('f', 'boolean'), column('l', 'bigint', true)]);
  profile.add(
    batchOf([
      ['b', true, [1n]],
      ['a', false, []],
      ['b', true, [1n]],
      ['a', true, [1n]],
    ]),
  );
  const { s, f, l } = profile.result().columns as Record<string, { top: unknown }>;
  expect(s!.top).toEqual([
    { value: 'a', count: 2 },
    { value: 'b', count: 2 },
  ]);
  expect(f!.top).toEqual([
    { value: 'true', count: 3 },
    { value: 'false', count: 1 },
  ]);
  expect(l!.top).toEqual([
    { value: '["1"]', count: 3 },
    { value: '[]', count: 1 },
  ]);
});

test('more values than room: the frequent ones stay, and the error is told', () => {
  const profile = new Profile([column('s', 'text')]);
  const rows = Array.from({ length: 60_000 }, (_, i) => [i % 3 === 0 ? 'often' : `once ${i}`]);
  profile.add(batchOf(rows));
  const of = profile.result().columns['s']!;
  if (of.shape !== 'category') throw new Error('it is one of categories');
  const [first] = of.top;
  expect(first!.value).toBe('often');
  expect(of.topMissed).toBeGreaterThan(0);
  expect(of.topMissed).toBeLessThanOrEqual(60);
  expect(first!.count).toBeLessThanOrEqual(20_000);
  expect(first!.count + of.topMissed).toBeGreaterThanOrEqual(20_000);
  expect(Math.abs(of.distinct - 40_001)).toBeLessThan(40_001 * 0.066);
});

test('it is plain JSON', () => {
  const profile = new Profile([column('big', 'bigint'), column('at', 'timestamp')]);
  profile.add(batchOf([[2n ** 63n - 1n, 0]]));
  const result = profile.result();
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});
