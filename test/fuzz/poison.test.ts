import { expect, test } from 'vitest';
import { readBigint, readDecimal } from '../../runtime/decode/cells.ts';
import { parseJson } from '../../runtime/decode/lossless-json.ts';
import { decimalOf } from '../../runtime/tables/connect-decimal.ts';

// Messages made to be slow, or to run out of stack: each takes time in proportion to its length, and its verdict does
// not hang on how much stack there is. A way that is quadratic would not end within the test's time.

const LONG = 1_000_000;
const parsed = (text: string): unknown => parseJson(new Uint8Array(Buffer.from(text)));

test('a decimal with zeros in its midst', () => {
  const zeros = '0'.repeat(LONG);
  expect(readDecimal(`1${zeros}1`, 10, 2)).toBeNaN();
  expect(readDecimal(`0.${zeros}1`, 10, 2)).toBeNaN();
  expect(readDecimal(`1.5${zeros}`, 10, 2)).toBe(1.5);
  expect(decimalOf('AQ==', 20_000)).toHaveLength(20_002);
});

test('a number of a million digits', () => {
  const { n } = parsed(`{"n":${'9'.repeat(LONG)}}`) as { readonly n: unknown };
  expect(readBigint(n)).toBe(null);
  expect(readDecimal(n, 15, 0)).toBeNaN();
});

test('a long text, and one of escapes, beside a number that must not lose a digit', () => {
  for (const text of ['x'.repeat(LONG), '\\n'.repeat(2 * LONG), '\\ue000'.repeat(1000)]) {
    expect(parsed(`{"text":"${text}","n":12345678901234567890}`)).toEqual({
      text: JSON.parse(`"${text}"`) as string,
      n: 12345678901234567890n,
    });
  }
});

test.each(['[', '{"a":'])('%s nested 200 deep is JSON, deeper is none', open => {
  const close = open === '[' ? ']' : '}';
  const nested = (depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
  expect(parsed(nested(200))).toBeDefined();
  for (const depth of [201, 5000, LONG]) expect(parsed(nested(depth))).toBeUndefined();
  expect(parsed(`["${'['.repeat(300)}"]`)).toEqual(['['.repeat(300)]);
});
