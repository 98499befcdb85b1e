// Typed expression trees at random, over one row of every column type.
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Expr, FunctionName, ScalarType } from '../../generator/ir/index.ts';
import { boolean, bigint, col, column, decimal, double, int, lit, text, timestamp } from './plans.ts';

export const rowColumns = [
  column('a', double),
  column('b', double),
  column('i', int),
  column('j', int),
  column('d', decimal(12, 3)),
  column('s', text),
  column('u', text),
  column('k', boolean),
  column('g', bigint),
  column('t', timestamp),
  column('v', timestamp),
  column('na', double, true),
  column('ni', int, true),
  column('ns', text, true),
];

const zone = lit('America/New_York', text);
const edges = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  1e308,
  -1.7e308,
  5e-324,
  1e-200,
  2 ** 53,
  1 / 3,
  -1e-7,
  4503599627370495.5,
];
const edgeTexts = ['', 'a', 'ab', 'A b ', ' \t\u00a0x', 'é', '𝒳y', '\uffee', "it's", '%_\\'];

const safeDouble = fc.oneof(
  fc.constantFrom(...edges),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1000, max: 1000 }),
);
const safeInt = fc.oneof(
  fc.constantFrom(0, 1, -1, 2 ** 53 - 1, -(2 ** 53) + 1),
  fc.integer({ min: -20, max: 20 }),
);
const smallText = fc.oneof(
  fc.constantFrom(...edgeTexts),
  fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '𝒳', 'é'), maxLength: 4 }),
);
const instant = fc.integer({ min: Date.UTC(1901, 0, 1), max: Date.UTC(2100, 0, 1) }).map(ms => ms * 1000 + 7);
const orNull = <T>(value: Arbitrary<T>): Arbitrary<T | null> => fc.option(value, { nil: null, freq: 3 });

export const anyRow = fc.record({
  a: safeDouble,
  b: safeDouble,
  i: safeInt,
  j: safeInt,
  d: fc.oneof(
    fc.constantFrom(0, 0.001, -999999999.999),
    fc.integer({ min: -99999, max: 99999 }).map(n => n / 1000),
  ),
  s: smallText,
  u: smallText,
  k: fc.boolean(),
  g: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  t: instant,
  v: instant,
  na: orNull(safeDouble),
  ni: orNull(safeInt),
  ns: orNull(smallText),
});

const node = <T extends Omit<Expr, 'nullable' | 'type'>>(type: ScalarType, fields: T): Expr =>
  ({ ...fields, type, nullable: false }) as unknown as Expr;
const call = (type: ScalarType, name: FunctionName, ...args: Expr[]): Expr =>
  node(type, { kind: 'call', function: name, args } as never);

const compares = fc.constantFrom('===', '!==', '<', '<=', '>', '>=');
const equalities = fc.constantFrom('===', '!==');

export const {
  number: anyNumber,
  truth: anyBoolean,
  words: anyText,
} = fc.letrec<{ number: Expr; truth: Expr; words: Expr }>(tie => ({
  number: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    fc.oneof(
      fc.constantFrom(
        col('a', double),
        col('b', double),
        col('i', int),
        col('j', int),
        col('d', decimal(12, 3)),
      ),
      safeDouble.map(value => lit(value, double)),
    ),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/'), tie('number'), tie('number'))
      .map(([operator, left, right]) => node(double, { kind: 'arithmetic', operator, left, right } as never)),
    fc.constant(
      node(double, { kind: 'arithmetic', operator: '%', left: col('i', int), right: col('j', int) } as never),
    ),
    tie('number').map(value => node(double, { kind: 'negate', value } as never)),
    fc
      .tuple(
        fc.constantFrom(
          'abs',
          'floor',
          'ceil',
          'trunc',
          'round',
          'sqrt',
          'sign',
          'log',
          'log1p',
          'log10',
          'exp',
        ),
        tie('number'),
      )
      .map(([name, x]) => call(double, name as FunctionName, x)),
    fc
      .tuple(fc.constantFrom('min', 'max', 'pow'), tie('number'), tie('number'))
      .map(([name, x, y]) => call(double, name as FunctionName, x, y)),
    tie('number').map(x => call(double, 'finite', x, lit(-1, double))),
    fc.constant(call(double, 'finite', col('na', double, true), lit(0.5, double))),
    fc
      .tuple(tie('truth'), tie('number'), tie('number'))
      .map(([condition, then, otherwise]) =>
        node(double, { kind: 'conditional', condition, then, otherwise } as never),
      ),
    tie('number').map(otherwise =>
      node(double, { kind: 'coalesce', value: col('na', double, true), otherwise } as never),
    ),
    fc.tuple(tie('number'), fc.constantFrom('+', '*')).map(([value, operator]) => {
      const local = node(double, { kind: 'local', name: 'z' } as never);
      const body = node(double, { kind: 'arithmetic', operator, left: local, right: local } as never);
      return node(double, { kind: 'let', name: 'z', value, body } as never);
    }),
    tie('words').map(s => call(int, 'textLength', s)),
    fc.constantFrom(
      call(double, 'daysBetween', col('t', timestamp), col('v', timestamp)),
      call(int, 'calendarDaysBetween', col('t', timestamp), col('v', timestamp), zone),
      ...(['hourOfDay', 'minuteOfHour', 'dayOfWeek', 'dayOfMonth', 'monthOfYear', 'yearOf'] as const).map(
        name => call(int, name, col('t', timestamp), zone),
      ),
      ...(
        ['startOfHour', 'startOfDay', 'startOfWeek', 'startOfMonth', 'startOfQuarter', 'startOfYear'] as const
      ).map(name => call(timestamp, name, col('t', timestamp), zone)),
    ),
  ),
  truth: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    fc.constant(col('k', boolean)),
    fc
      .tuple(compares, tie('number'), tie('number'))
      .map(([operator, left, right]) => node(boolean, { kind: 'compare', operator, left, right } as never)),
    fc
      .tuple(equalities, tie('number'))
      .map(([operator, right]) =>
        node(boolean, { kind: 'compare', operator, left: col('na', double, true), right } as never),
      ),
    fc
      .tuple(equalities, tie('words'))
      .map(([operator, right]) =>
        node(boolean, { kind: 'compare', operator, left: col('ns', text, true), right } as never),
      ),
    compares.map(operator =>
      node(boolean, { kind: 'compare', operator, left: col('g', bigint), right: lit(5n, bigint) } as never),
    ),
    fc.boolean().map(not => node(boolean, { kind: 'is-null', value: col('ns', text, true), not } as never)),
    fc
      .tuple(fc.constantFrom('&&', '||'), tie('truth'), tie('truth'))
      .map(([operator, left, right]) => node(boolean, { kind: 'logic', operator, left, right } as never)),
    tie('truth').map(value => node(boolean, { kind: 'not', value } as never)),
    fc
      .tuple(fc.constantFrom('startsWith', 'endsWith', 'includes', 'textLess'), tie('words'), tie('words'))
      .map(([name, s, part]) => call(boolean, name as FunctionName, s, part)),
    tie('number').map(value =>
      node(boolean, { kind: 'one-of', value, options: [0, -1, 2.5].map(v => lit(v, double)) } as never),
    ),
    fc.constantFrom(
      node(boolean, {
        kind: 'one-of',
        value: col('ns', text, true),
        options: [lit('a', text), lit(null, text)],
      } as never),
      node(boolean, {
        kind: 'one-of',
        value: col('ni', int, true),
        options: [lit(1, int), lit(0, int)],
      } as never),
    ),
  ),
  words: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    fc.oneof(
      fc.constantFrom(col('s', text), col('u', text)),
      smallText.map(value => lit(value, text)),
    ),
    fc
      .tuple(fc.constantFrom('trim', 'asciiLower', 'asciiUpper'), tie('words'))
      .map(([name, s]) => call(text, name as FunctionName, s)),
    fc
      .tuple(fc.constantFrom('textBefore', 'textAfter'), tie('words'), tie('words'))
      .map(([name, s, part]) => call(text, name as FunctionName, s, part)),
    fc
      .tuple(tie('words'), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))
      .map(([s, from, to]) => call(text, 'textSlice', s, lit(from, int), lit(to, int))),
    fc
      .tuple(tie('words'), fc.constantFrom('a', 'b ', '𝒳'), tie('words'))
      .map(([s, part, by]) => call(text, 'textReplace', s, lit(part, text), by)),
    fc
      .tuple(
        tie('words'),
        fc.constantFrom(col('ni', int, true), col('g', bigint), col('k', boolean), col('ns', text, true)),
      )
      .map(([s, x]) => node(text, { kind: 'template', parts: ['<', s, '|', x, '>'] } as never)),
    fc
      .tuple(tie('truth'), tie('words'), tie('words'))
      .map(([condition, then, otherwise]) =>
        node(text, { kind: 'conditional', condition, then, otherwise } as never),
      ),
    tie('words').map(otherwise =>
      node(text, { kind: 'coalesce', value: col('ns', text, true), otherwise } as never),
    ),
  ),
}));
