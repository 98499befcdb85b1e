import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as text from '../../kernels/text.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { databaseWithKernels, expectAgreement, randomFrom, repeat, seed } from './agreement.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await databaseWithKernels();
});
afterAll(() => database.end());

const random = randomFrom(seed);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** Few letters, so that parts are found; the blanks of `trim`; both sides of the surrogates; case beyond ASCII. */
const letters = [
  ...'aaabbAB$&.',
  ' ',
  '\t',
  '\n',
  '\u00a0',
  '\u2003',
  '\ufeff',
  '\u0085',
  '\u180e',
  '\u200b',
  'é',
  'É',
  'İ',
  'ß',
  'Σ',
  '\u0301',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '😀',
  '😁',
  '\u{10000}',
  '\u{10ffff}',
];
const word = (longest: number) => repeat(Math.floor(random() * (longest + 1)), () => pick(letters)).join('');
const part = () => (random() < 0.05 ? '' : word(2));

const words = ['', ...letters, ...repeat(20_000, () => word(8))].map(a => [a] as const);
const wordAndPart = [
  ['', ''] as const,
  ['a', ''] as const,
  ...repeat(20_000, () => [word(8), part()] as const),
];

describe('text functions are the same in SQL', () => {
  const unary: readonly (readonly [string, (a: string) => string | number])[] = [
    ['text_length', text.textLength],
    ['ascii_lower', text.asciiLower],
    ['ascii_upper', text.asciiUpper],
    ['text_trim', a => a.trim()],
  ];
  for (const [name, js] of unary) {
    test(name, () =>
      expectAgreement(database.pool, { sql: `"skewless".${name}(a)`, types: ['text'], rows: words, js }),
    );
  }

  const binary: readonly (readonly [string, (a: string, b: string) => string | boolean])[] = [
    ['text_before', text.textBefore],
    ['text_after', text.textAfter],
    ['text_includes', (a, b) => a.includes(b)],
    ['text_starts_with', (a, b) => a.startsWith(b)],
    ['text_ends_with', (a, b) => a.endsWith(b)],
    ['text_less', text.textLess],
  ];
  for (const [name, js] of binary) {
    test(name, () =>
      expectAgreement(database.pool, {
        sql: `"skewless".${name}(a, b)`,
        types: ['text', 'text'],
        rows: wordAndPart,
        js,
      }),
    );
  }

  test('text_replace', () =>
    expectAgreement(database.pool, {
      sql: '"skewless".text_replace(a, b, c)',
      types: ['text', 'text', 'text'],
      rows: repeat(20_000, () => [word(8), part(), pick(['', '$&', 'xy', '😀'])] as const),
      js: text.textReplace,
    }));

  test('text_slice', async () => {
    const positions = [
      0,
      -0,
      1,
      2,
      3,
      7,
      8,
      9,
      -1,
      -2,
      -8,
      -9,
      1.9,
      -1.9,
      0.5,
      -0.5,
      1e300,
      -1e300,
      Infinity,
      -Infinity,
      NaN,
    ];
    const types = ['text', 'float8', 'float8'];
    const rows = repeat(20_000, () => [word(8), pick(positions), pick(positions)] as const);
    await expectAgreement(database.pool, {
      sql: '"skewless".text_slice(a, b, c)',
      types,
      rows,
      js: (a: string, b: number, c: number) => text.textSlice(a, b, c),
    });
    await expectAgreement(database.pool, {
      sql: '"skewless".text_slice(a, b)',
      types: types.slice(0, 2),
      rows: rows.map(([a, b]) => [a, b] as const),
      js: (a: string, b: number) => text.textSlice(a, b),
    });
  });
});

test('textSlice is slice of the code points', () => {
  for (const [whole] of words.slice(0, 3000)) {
    for (const [start, end] of [
      [0, 2],
      [1, -1],
      [-3, undefined],
      [2, 1],
    ] as const) {
      expect(text.textSlice(whole, start, end)).toBe([...whole].slice(start, end).join(''));
    }
  }
});

test('compareText sorts by code point', () => {
  const sorted = words.map(([a]) => a).sort(text.compareText);
  const codePoints = (a: string) =>
    [...a].map(c => String.fromCharCode(c.codePointAt(0)! >>> 16, c.codePointAt(0)! & 0xffff)).join('');
  const keys = sorted.map(codePoints);
  expect(keys).toEqual([...keys].sort());
});

describe('storable text', () => {
  test('is refused with a NUL or a lone surrogate', () => {
    for (const bad of [
      '\0',
      'a\0b',
      '\ud83d',
      '\ude00',
      'a\ud83d',
      '\ude00a',
      '\ude00\ud83d',
      '\ud83d\ud83d\ude00',
    ]) {
      expect(text.isStorableText(bad), JSON.stringify(bad)).toBe(false);
    }
    for (const [good] of words) expect(text.isStorableText(good)).toBe(true);
  });

  test('comes back from PostgreSQL as it went in', () =>
    expectAgreement(database.pool, { sql: 'a', types: ['text'], rows: words, js: (a: string) => a }));
});

test('what an absent separator gives', () => {
  expect(text.textBefore('a.b.c', '.')).toBe('a');
  expect(text.textAfter('a.b.c', '.')).toBe('b.c');
  expect(text.textBefore('abc', '.')).toBe('abc');
  expect(text.textAfter('abc', '.')).toBe('');
});
