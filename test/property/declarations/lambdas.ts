import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { isNumber, isText, quoted } from './terms.ts';
import type { Scope, Term } from './terms.ts';

/** Texts of expressions that are never null, by what they yield. */
export interface Expressions {
  readonly number: Arbitrary<string>;
  readonly boolean: Arbitrary<string>;
  readonly text: Arbitrary<string>;
  readonly instant: Arbitrary<string>;
}

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
];
const NUMBERS = [0, 1, 2, 3, -1, 0.5, -2.5, 10, 100, 0.1, 1e-7, 1e9, 4503599627370497, 1e150, -1e308];
const TEXTS = ['', 'a', 'A', 'ü', '😀', '\ue000', ' ', "'", '%', '$&', 'view', 'k'];
const WHOLES = [1, 2, 3, 7, 10, -3];

const literalNumber = fc
  .constantFrom(...NUMBERS)
  .map(x => (Object.is(x, -0) || x < 0 ? `(${x})` : String(x)));
const literalText = fc.constantFrom(...TEXTS).map(quoted);
const zone = fc.constantFrom(...ZONES).map(quoted);

/**
 * Random lambdas over all that lowering takes. A term that is null is tested or given a default before it is
 * used; comparisons have a term on one side at least, so that TypeScript finds sense in them.
 */
export function expressionsOver(scope: Scope): Expressions {
  const some = (test: (term: Term) => boolean): Arbitrary<string>[] => {
    const found = scope.terms.filter(test);
    return found.length === 0 ? [] : [fc.constantFrom(...found.map(({ code }) => code))];
  };
  const sure = (test: (term: Term) => boolean): Arbitrary<string>[] =>
    some(term => test(term) && !term.nullable);
  const unsure = (test: (term: Term) => boolean): Arbitrary<string>[] =>
    some(term => test(term) && term.nullable);
  const isInstant = ({ kind }: Term): boolean => kind === 'timestamp';
  const built = fc.letrec<Record<keyof Expressions, string>>(tie => ({
    number: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      ...orElse(sure(isNumber), literalNumber),
      literalNumber,
      ...unsure(isNumber).map(term => fc.tuple(term, literalNumber).map(([x, y]) => `(${x} ?? ${y})`)),
      ...arithmetic(tie, scope),
      ...ofOtherKinds(tie),
    ),
    boolean: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      ...orElse(
        sure(({ kind }) => kind === 'boolean'),
        fc.tuple(tie('number'), literalNumber).map(([a, b]) => `(${a} > ${b})`),
      ),
      ...tests(tie, scope, some, unsure),
    ),
    text: fc.oneof(
      { maxDepth: 2, depthSize: 'small', withCrossShrink: true },
      ...orElse(sure(isText), literalText),
      ...unsure(isText).map(term => fc.tuple(term, literalText).map(([x, y]) => `(${x} ?? ${y})`)),
      ...texts(tie, scope),
    ),
    instant: fc.oneof(
      { maxDepth: 2, depthSize: 'small', withCrossShrink: true },
      ...orElse(sure(isInstant), fc.constant(LAUNCH)),
      ...unsure(isInstant).map(term =>
        fc
          .tuple(term, fc.constantFrom(LAUNCH, ...sureCodes(scope, isInstant)))
          .map(([x, y]) => `(${x} ?? ${y})`),
      ),
      fc
        .tuple(fc.constantFrom('Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year'), tie('instant'), zone)
        .map(([unit, t, z]) => `startOf${unit}(${t}, ${z})`),
      fc.tuple(tie('boolean'), tie('instant'), tie('instant')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ),
  }));
  return built;
}

/** A captured instant. Every program declares it. */
export const LAUNCH = 'LAUNCH';

type Tie = <K extends keyof Expressions>(key: K) => Arbitrary<string>;

const orElse = <T>(list: readonly T[], otherwise: T): readonly T[] => (list.length > 0 ? list : [otherwise]);

const sureCodes = (scope: Scope, test: (term: Term) => boolean): string[] =>
  scope.terms.filter(term => test(term) && !term.nullable).map(({ code }) => code);

function arithmetic(tie: Tie, scope: Scope): Arbitrary<string>[] {
  const number = tie('number');
  const ints = sureCodes(scope, ({ kind }) => kind === 'int');
  const remainder = fc
    .tuple(fc.constantFrom(...orElse(ints, '7')), fc.constantFrom(...WHOLES.map(x => `(${x})`), ...ints))
    .map(([a, b]) => `(${a} % ${b})`);
  return [
    fc
      .tuple(number, fc.constantFrom('+', '-', '*', '/'), number)
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    ...(ints.length > 0 ? [remainder] : []),
    number.map(x => `(-${x})`),
    fc
      .tuple(fc.constantFrom('abs', 'floor', 'ceil', 'trunc', 'round', 'sqrt', 'sign'), number)
      .map(([name, x]) => `Math.${name}(${x})`),
    fc
      .tuple(fc.constantFrom('min', 'max'), fc.array(number, { minLength: 1, maxLength: 3 }))
      .map(([name, xs]) => `Math.${name}(${xs.join(', ')})`),
    fc.tuple(fc.constantFrom('log', 'log1p', 'log10', 'exp'), number).map(([name, x]) => `${name}(${x})`),
    fc
      .tuple(number, fc.oneof(fc.constantFrom('2', '3', '0.5', '(-1)'), number))
      .map(([x, y]) => `pow(${x}, ${y})`),
    fc.tuple(number, literalNumber).map(([x, y]) => `finite(${x}, ${y})`),
    fc.tuple(tie('boolean'), number, number).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    fc.constantFrom('LIMIT', 'LIMITS.high', 'Math.PI', 'Number.MAX_SAFE_INTEGER', 'WEIGHTS[1]'),
  ];
}

/** Numbers of instants, texts and booleans. */
function ofOtherKinds(tie: Tie): Arbitrary<string>[] {
  const pair = fc.tuple(tie('instant'), tie('instant'));
  return [
    fc
      .tuple(fc.constantFrom('seconds', 'minutes', 'hours', 'days'), pair)
      .map(([unit, [a, b]]) => `${unit}Between(${a}, ${b})`),
    fc.tuple(pair, zone).map(([[a, b], z]) => `calendarDaysBetween(${a}, ${b}, ${z})`),
    fc
      .tuple(
        fc.constantFrom('hourOfDay', 'minuteOfHour', 'dayOfWeek', 'dayOfMonth', 'monthOfYear', 'yearOf'),
        tie('instant'),
        zone,
      )
      .map(([name, t, z]) => `${name}(${t}, ${z})`),
    tie('text').map(text => `textLength(${text})`),
    tie('boolean').map(test => `(${test} ? 1 : 0)`),
  ];
}

type Find = (test: (term: Term) => boolean) => Arbitrary<string>[];

function tests(tie: Tie, scope: Scope, some: Find, unsure: Find): Arbitrary<string>[] {
  const [number, text, boolean] = [tie('number'), tie('text'), tie('boolean')];
  const equal = fc.constantFrom('===', '!==');
  const isNull = scope.looseNull
    ? fc.constantFrom('== null', '!= null')
    : fc.constantFrom('=== null', '!== null', '== null');
  const enums = scope.terms
    .filter(({ kind }) => kind === 'enum')
    .map(term => {
      const listed = fc
        .subarray([...term.values!], { minLength: 1 })
        .map(values => `[${[...values.map(quoted), ...(term.nullable ? ['null'] : [])].join(', ')}]`);
      const undefinable = term.code.includes('?.');
      const code = undefinable ? `(${term.code} ?? null)` : term.code;
      return fc.oneof(
        fc
          .tuple(equal, fc.constantFrom(...term.values!))
          .map(([op, value]) => `(${term.code} ${op} ${quoted(value)})`),
        listed.map(list => `${list}.includes(${code})`),
      );
    });
  const ints = sureCodes(scope, ({ kind }) => kind === 'int');
  const bigints = sureCodes(scope, ({ kind }) => kind === 'bigint');
  const ordered = fc.constantFrom('<', '<=', '>', '>=', '===', '!==');
  return [
    fc.tuple(number, ordered, literalNumber).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(number, ordered, number).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc
      .tuple(tie('instant'), fc.constantFrom('<', '<=', '>', '>=', '===', '!=='), tie('instant'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    ...enums,
    ...some(({ kind }) => kind === 'text' || kind === 'uuid').map(term =>
      fc.tuple(term, equal, text).map(([a, op, b]) => `(${a} ${op} ${b})`),
    ),
    fc
      .tuple(text, fc.constantFrom('startsWith', 'endsWith', 'includes'), fc.oneof(literalText, text))
      .map(([a, name, b]) => `${a}.${name}(${b})`),
    fc.tuple(text, text).map(([a, b]) => `textLess(${a}, ${b})`),
    ...(ints.length === 0
      ? []
      : [
          fc
            .tuple(fc.constantFrom(...ints), fc.subarray(WHOLES, { minLength: 1 }))
            .map(([x, list]) => `[${list.join(', ')}].includes(${x})`),
        ]),
    ...(bigints.length === 0
      ? []
      : [
          fc
            .tuple(fc.constantFrom(...bigints), ordered, fc.constantFrom('0n', '2n', '(-9007199254740993n)'))
            .map(([a, op, b]) => `(${a} ${op} ${b})`),
        ]),
    ...unsure(() => true).map(term => fc.tuple(term, isNull).map(([x, test]) => `(${x} ${test})`)),
    ...unsure(({ kind }) => kind === 'boolean').map(term =>
      fc.tuple(term, fc.constantFrom('true', 'false')).map(([x, y]) => `(${x} ?? ${y})`),
    ),
    ...unsure(isNumber).map(term =>
      fc
        .tuple(term, ordered, number)
        .map(([x, op, y]) => `(${x} ${scope.looseNull ? '!=' : '!=='} null && ${x} ${op} ${y})`),
    ),
    fc.tuple(boolean, fc.constantFrom('&&', '||'), boolean).map(([a, op, b]) => `(${a} ${op} ${b})`),
    boolean.map(test => `!${test}`),
    fc.tuple(boolean, boolean, boolean).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    number.map(x => `Number.isFinite(${x})`),
    ...(scope.predicates.length === 0 ? [] : [fc.constantFrom(...scope.predicates)]),
  ];
}

function texts(tie: Tie, scope: Scope): Arbitrary<string>[] {
  const text = tie('text');
  const printable = scope.terms.filter(
    ({ kind, nullable }) =>
      kind !== 'decimal' && kind !== 'double' && kind !== 'timestamp' && !(nullable && scope.looseNull),
  );
  const place = fc.constantFrom('0', '1', '2', '(-1)', '(-2)', '1.5');
  return [
    literalText,
    fc.tuple(text, place, place).map(([x, from, to]) => `textSlice(${x}, ${from}, ${to})`),
    fc.tuple(text, place).map(([x, from]) => `textSlice(${x}, ${from})`),
    fc
      .tuple(
        fc.constantFrom('textBefore', 'textAfter'),
        text,
        fc.constantFrom('a', '-', '😀', "'").map(quoted),
      )
      .map(([name, x, y]) => `${name}(${x}, ${y})`),
    fc
      .tuple(text, fc.constantFrom('a', 'b', '😀').map(quoted), literalText)
      .map(([x, from, to]) => `textReplace(${x}, ${from}, ${to})`),
    fc.tuple(fc.constantFrom('asciiLower', 'asciiUpper'), text).map(([name, x]) => `${name}(${x})`),
    text.map(x => `${x}.trim()`),
    fc.tuple(tie('boolean'), text, text).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ...(printable.length === 0
      ? []
      : [
          fc
            .array(
              fc.oneof(literalTemplate, fc.constantFrom(...printable.map(({ code }) => `\${${code}}`))),
              { minLength: 1, maxLength: 3 },
            )
            .map(parts => `\`${parts.join('')}\``),
        ]),
  ];
}

const literalTemplate = fc.constantFrom('-', 'ü', ':', ' ', '😀');
