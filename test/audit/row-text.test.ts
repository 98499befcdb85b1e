import { expect, test } from 'vitest';
import type { SqlColumn, SqlScalarKind } from '../../runtime/history/index.ts';
import type { Value } from '../../runtime/history/index.ts';
import { isSameValue, parseRow, rowText } from '../../runtime/audit/row-text.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';

const column = (name: string, kind: SqlScalarKind, list = false): SqlColumn => ({
  name,
  type: { kind, list },
});

const cases: readonly (readonly [SqlColumn, Value])[] = [
  [column('double', 'double'), 5e-324],
  [column('double', 'double'), -1.7976931348623157e308],
  [column('double', 'double'), 0.1 + 0.2],
  [column('double', 'double'), -0],
  [column('double', 'double'), NaN],
  [column('double', 'double'), -Infinity],
  [column('int', 'int'), -(2 ** 53) + 1],
  [column('bigint', 'bigint'), 2n ** 63n - 1n],
  [column('bigint', 'bigint'), -(2n ** 63n)],
  [column('timestamp', 'timestamp'), 1_700_000_000_000_001],
  [column('flag', 'boolean'), false],
  [column('text', 'text'), '"\\\u0000\u001f\ud800 😀 null'],
  [column('text', 'text'), ''],
  [column('none', 'text'), null],
  [column('none', 'bigint', true), null],
  [column('list', 'bigint', true), []],
  [column('list', 'bigint', true), [1n, 9007199254740993n]],
  [column('list', 'double', true), [-0, 0, 1e21, 1e-7]],
  [column('list', 'text', true), ['', ',', '","']],
  [column('__proto__', 'int'), 7],
];

test.each(cases)('%o comes back to the last bit: %o', (of, value) => {
  const text = rowText({ [of.name]: value });
  const back = parseRow([of], text);
  expect(isSameValue(back[of.name]!, value)).toBe(true);
  // PostgreSQL takes neither NUL nor lone surrogates.
  expect(/[\u0000\ud800-\udfff]/.test(text.replaceAll('😀', ''))).toBe(false);
});

test('any double comes back to the last bit', () => {
  const random = new Random(runSettings({ seed: 20_261_201, runs: 0, values: 0 }).seed);
  const bits = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 20_000; i += 1) {
    bits.setUint32(0, random.below(2 ** 32));
    bits.setUint32(4, random.below(2 ** 32));
    const value = bits.getFloat64(0);
    const back = parseRow([column('x', 'double')], rowText({ x: value }));
    expect(Object.is(back['x'], value), String(value)).toBe(true);
  }
});

test('what is left out is null, and a bit is told from its neighbour', () => {
  expect(parseRow([column('a', 'int')], '{}')).toEqual({ a: null });
  expect(rowText({ a: undefined, b: 1 })).toBe('{"b":1}');
  expect(isSameValue(0, -0)).toBe(false);
  expect(isSameValue(0.3, 0.1 + 0.2)).toBe(false);
  expect(isSameValue(1, 1n)).toBe(false);
  expect(isSameValue([1, 2], [1, 3])).toBe(false);
  expect(isSameValue([1], [1, 1])).toBe(false);
  expect(isSameValue([], null)).toBe(false);
});
