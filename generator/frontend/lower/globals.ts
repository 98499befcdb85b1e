import { ts } from 'ts-morph';
import * as language from '../../../dsl/index.ts';
import type { FunctionName } from '../../ir/expr.ts';
import type { ScalarType } from '../../ir/types.ts';
import { isGlobal, referencedSymbol } from '../loader/free-variables.ts';
import { booleanType, doubleType, intType, textType, timestampType } from './value.ts';

/** `Math.floor`, `parseInt`: the path to a value of the platform's own; null for anything of the user's. */
export function globalName(node: ts.Node, checker: ts.TypeChecker): string | null {
  if (ts.isIdentifier(node)) {
    const symbol = referencedSymbol(node, checker);
    return symbol !== undefined && symbol.declarations !== undefined && isGlobal(symbol) ? node.text : null;
  }
  if (!ts.isPropertyAccessExpression(node)) return null;
  const base = globalName(node.expression, checker);
  return base === null ? null : `${base}.${node.name.text}`;
}

export const globalConstants: Readonly<Record<string, number>> = {
  'Math.PI': Math.PI,
  'Math.E': Math.E,
  'Math.LN2': Math.LN2,
  'Math.LN10': Math.LN10,
  'Math.LOG2E': Math.LOG2E,
  'Math.LOG10E': Math.LOG10E,
  'Math.SQRT2': Math.SQRT2,
  'Math.SQRT1_2': Math.SQRT1_2,
  'Number.MAX_SAFE_INTEGER': Number.MAX_SAFE_INTEGER,
  'Number.MIN_SAFE_INTEGER': Number.MIN_SAFE_INTEGER,
  'Number.MAX_VALUE': Number.MAX_VALUE,
  'Number.EPSILON': Number.EPSILON,
};

/** What a function that is no native one takes and yields. The last argument may be left out where it says so. */
export interface Signature {
  readonly name: FunctionName;
  readonly result: ScalarType;
  /** The place of the zone among the arguments. */
  readonly zone?: number;
}

/** IEEE gives these one result on every machine. */
export const mathFunctions: Readonly<Record<string, FunctionName>> = {
  'Math.abs': 'abs',
  'Math.floor': 'floor',
  'Math.ceil': 'ceil',
  'Math.trunc': 'trunc',
  'Math.round': 'round',
  'Math.sqrt': 'sqrt',
  'Math.sign': 'sign',
  'Math.min': 'min',
  'Math.max': 'max',
};

const double = (name: FunctionName): Signature => ({ name, result: doubleType });
const text = (name: FunctionName): Signature => ({ name, result: textType });
const part = (name: FunctionName): Signature => ({ name, result: intType, zone: 1 });
const start = (name: FunctionName): Signature => ({ name, result: timestampType, zone: 1 });

/** Our kernels, by the function itself: whatever name it was imported under. */
export const kernels: ReadonlyMap<unknown, Signature> = new Map<unknown, Signature>([
  [language.log, double('log')],
  [language.log1p, double('log1p')],
  [language.log10, double('log10')],
  [language.exp, double('exp')],
  [language.pow, double('pow')],
  [language.finite, double('finite')],
  [language.textLength, { name: 'textLength', result: intType }],
  [language.textSlice, text('textSlice')],
  [language.textBefore, text('textBefore')],
  [language.textAfter, text('textAfter')],
  [language.textReplace, text('textReplace')],
  [language.asciiLower, text('asciiLower')],
  [language.asciiUpper, text('asciiUpper')],
  [language.textLess, { name: 'textLess', result: booleanType }],
  [language.secondsBetween, double('secondsBetween')],
  [language.minutesBetween, double('minutesBetween')],
  [language.hoursBetween, double('hoursBetween')],
  [language.daysBetween, double('daysBetween')],
  [language.calendarDaysBetween, { name: 'calendarDaysBetween', result: intType, zone: 2 }],
  [language.hourOfDay, part('hourOfDay')],
  [language.minuteOfHour, part('minuteOfHour')],
  [language.dayOfWeek, part('dayOfWeek')],
  [language.dayOfMonth, part('dayOfMonth')],
  [language.monthOfYear, part('monthOfYear')],
  [language.yearOf, part('yearOf')],
  [language.startOfHour, start('startOfHour')],
  [language.startOfDay, start('startOfDay')],
  [language.startOfWeek, start('startOfWeek')],
  [language.startOfMonth, start('startOfMonth')],
  [language.startOfQuarter, start('startOfQuarter')],
  [language.startOfYear, start('startOfYear')],
]);

/** The name under which skewless exports a function; null for a function of another's. */
export function nameInLanguage(candidate: unknown): string | null {
  return Object.entries(language).find(([, value]) => value === candidate)?.[0] ?? null;
}

export const insteadOfLanguage: Readonly<Record<string, string>> = {
  compareText: 'textLess(a, b) tells the order of two texts',
  parseInstant: 'call it outside, `const launch = parseInstant(…)`, and capture the constant',
  instantFromMicroseconds: 'call it outside and capture the constant',
  formatInstant: 'an instant stays an instant until it reaches the client',
  compute: 'a whole feature is a `compute(f => …)`, never a part of one',
  ratio: 'divide, `a / b`: a derived number is null where it is not finite',
};

/** Texts that `Math` methods stand for, which differ in their last digits from machine to machine. */
export const insteadOfMath: Readonly<Record<string, string>> = {
  'Math.log': 'log(x) of skewless is one kernel on every side',
  'Math.log2': 'log(x) / Math.LN2, with log of skewless',
  'Math.log10': 'log10(x) of skewless is one kernel on every side',
  'Math.log1p': 'log1p(x) of skewless is one kernel on every side',
  'Math.exp': 'exp(x) of skewless is one kernel on every side',
  'Math.expm1': 'exp(x) - 1, with exp of skewless',
  'Math.pow': 'pow(x, y) of skewless is one kernel on every side; for a small whole power multiply',
  'Math.cbrt': 'pow(x, 1 / 3), with pow of skewless',
  'Math.hypot': 'Math.sqrt(x * x + y * y)',
};

export const insteadOfGlobal: Readonly<Record<string, string>> = {
  Number: 'numbers are numbers already; `x ? 1 : 0` makes one of a boolean',
  String: 'a template, `${x}`, of whole numbers and texts',
  Boolean: 'a comparison: `x !== null`, `x !== 0`',
  parseInt: 'declare the column int()',
  parseFloat: 'declare the column z.number() or decimal(p, s)',
  'Number.parseInt': 'declare the column int()',
  'Number.parseFloat': 'declare the column z.number() or decimal(p, s)',
  isNaN: 'Number.isNaN(x)',
  isFinite: 'Number.isFinite(x)',
  BigInt: 'declare the column bigint()',
};

const insteadOfTextMember: Readonly<Record<string, string>> = {
  length: 'textLength(text) of skewless counts code points',
  slice: 'textSlice(text, start, end) of skewless counts code points',
  substring: 'textSlice(text, start, end) of skewless counts code points',
  substr: 'textSlice(text, start, end) of skewless counts code points',
  at: 'textSlice(text, at, at + 1) of skewless counts code points',
  charAt: 'textSlice(text, at, at + 1) of skewless counts code points',
  toLowerCase: 'asciiLower(text) of skewless; other letters change with the version of Unicode',
  toUpperCase: 'asciiUpper(text) of skewless; other letters change with the version of Unicode',
  toLocaleLowerCase: 'asciiLower(text) of skewless',
  toLocaleUpperCase: 'asciiUpper(text) of skewless',
  indexOf: 'text.includes(part) tells whether; textLength(textBefore(text, part)) tells where',
  split: 'textBefore(text, separator) and textAfter(text, separator) of skewless',
  replace: 'textReplace(text, from, to) of skewless',
  replaceAll: 'textReplace(text, from, to) of skewless',
  concat: 'a template, `${a}${b}`',
  localeCompare: 'textLess(a, b) of skewless compares by code point',
  trimStart: 'text.trim()',
  trimEnd: 'text.trim()',
  match: 'startsWith, endsWith and includes test text; a pattern is for the schema: z.string().regex(…)',
  matchAll: 'startsWith, endsWith and includes test text',
  search: 'startsWith, endsWith and includes test text',
  toString: 'a template, `${x}`, of whole numbers and texts',
  toFixed: 'Math.round(x * 100) / 100 rounds to two digits, as a number',
};

export function insteadOfMember(member: string): string {
  if (/^\d+$/.test(member))
    return `textSlice(text, ${member}, ${Number(member) + 1}) of skewless counts code points`;
  return (
    insteadOfTextMember[member] ??
    'see the functions that skewless exports, or move the feature into `compute(f => …)`'
  );
}
