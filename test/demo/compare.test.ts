import { expect, test } from 'vitest';
import { compareAll, same } from '../../demo/compare.ts';

test('values are the same to the last bit or not at all', () => {
  expect(same(0.1 + 0.2, 0.3)).toBe(false);
  expect(same(0, -0)).toBe(false);
  expect(same(1, 1n)).toBe(false);
  expect(same(null, 0)).toBe(false);
  expect(same(null, null)).toBe(true);
  expect(same(['a', 'b'], ['a', 'b'])).toBe(true);
  expect(same(['a', 'b'], ['b', 'a'])).toBe(false);
  expect(same([], null)).toBe(false);
});

test('a difference is counted, and shown by its first row', () => {
  const stream = [{ n: 1 }, { n: 2 }, { n: null }, { n: 4 }];
  const sql = [{ n: 1 }, { n: 2.5 }, { n: null }, { n: 5 }];
  expect(compareAll([{ name: 'n' }], stream, sql)).toEqual([
    {
      feature: 'n',
      compared: 4,
      differences: 2,
      example: { row: 1, stream: 2, sql: 2.5 },
      nulls: 1,
      spread: { min: 1, mean: 8.5 / 3, max: 5 },
    },
  ]);
});

test('rows and values that are missing on one side are errors, not differences', () => {
  expect(() => compareAll([{ name: 'n' }], [{ n: 1 }], [])).toThrow('the stream answered 1 rows and SQL 0');
  expect(() => compareAll([{ name: 'n' }, { name: 'm' }], [{ n: 1 }], [{ n: 1, m: 2 }])).toThrow(
    'row 0 has no value for m',
  );
});
