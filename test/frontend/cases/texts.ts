import {
  asciiLower,
  asciiUpper,
  calendarDaysBetween,
  daysBetween,
  dayOfWeek,
  exp,
  finite,
  hourOfDay,
  log,
  log10,
  log1p,
  pow,
  secondsBetween,
  startOfDay,
  textAfter,
  textBefore,
  textLength,
  textLess,
  textReplace,
  textSlice,
  yearOf,
} from 'skewless';
import * as skewless from 'skewless';
import { log as logarithm } from 'skewless';
import { ofEvents, ofFeatures } from './declared.ts';

const BERLIN = 'Europe/Berlin';

export const onEvents = ofEvents({
  'a name that shadows an import': [
    e => {
      const log = (x: number) => x + 1;
      return log(e.score);
    },
    '(score:double + 1)',
  ],
  'text that quotes': [
    e => e.name === `a'b"c\\ \n \${x} */ $1`,
    '(name:text === "a\'b\\"c\\\\ \\n ${x} */ $1")',
  ],
  template: [
    e => `${e.name}-${e.level}/${e.type}${e.active}${e.city}${e.serial}${e.item}`,
    '`${name:text}-${level:int}/${type:enum}${active:boolean}${city:text?}${serial:bigint}${item:uuid}`',
  ],
  'template of constants': [() => `a${1}b${true}${null}`, '"a1btruenull"'],
  'template in a template': [e => `<${`${e.name}!`}>`, '`<${name:text}!>`'],
  concatenation: [e => e.name + '-' + e.type, '`${name:text}-${type:enum}`'],
  'concatenation with a whole number': [e => 'level ' + e.level, '`level ${level:int}`'],
  'starts and ends': [
    e => e.name.startsWith('a') || e.type.endsWith('ew'),
    '(startsWith(name:text, "a") || endsWith(type:enum, "ew"))',
  ],
  'includes and trim': [e => e.name.trim().includes(e.type), 'includes(trim(name:text), type:enum)'],
  'optional method': [
    e => e.city?.trim() ?? 'none',
    '(((city:text? is null) ? null : trim(city:text)):text? ?? "none"):text',
  ],
  'optional methods in a chain': [
    e => e.city?.trim().startsWith('a') === true,
    '((let text = ((city:text? is null) ? null : trim(city:text)):text?; ((text:text? is null) ? null : startsWith(text:text, "a")):boolean?) === true)',
  ],
  'optional method, then another': [
    e => e.city?.trim().endsWith('b') ?? false,
    '((let text = ((city:text? is null) ? null : trim(city:text)):text?; ((text:text? is null) ? null : endsWith(text:text, "b")):boolean?) ?? false):boolean',
  ],
  'text kernels': [
    e => textReplace(textSlice(asciiLower(e.name), 1, 3) + textBefore(asciiUpper(e.name), '-'), 'a', 'b'),
    'textReplace(`${textSlice(asciiLower(name:text), 1, 3)}${textBefore(asciiUpper(name:text), "-")}`, "a", "b")',
  ],
  'text kernels with fewer arguments': [
    e => textSlice(textAfter(e.name, '-'), -2),
    'textSlice(textAfter(name:text, "-"), -2)',
  ],
  'length and order': [
    e => textLength(e.name) > 3 && textLess(e.name, 'm'),
    '((textLength(name:text) > 3) && textLess(name:text, "m"))',
  ],
  logarithms: [
    e => log(e.score) + log1p(e.score) + log10(e.amount),
    '((log(score:double) + log1p(score:double)) + log10(amount:decimal(10,2)))',
  ],
  powers: [
    e => pow(e.score, 2) * exp(-e.amount),
    '(pow(score:double, 2) * exp(-amount:decimal(10,2):double))',
  ],
  'kernel under another name': [e => logarithm(e.score), 'log(score:double)'],
  'kernel of a namespace': [e => skewless.log(e.score), 'log(score:double)'],
  finite: [
    e => finite(e.weight, 0) + finite(e.amount / e.level, -1),
    '(finite(weight:double?, 0) + finite((amount:decimal(10,2) / level:int), -1))',
  ],
  'parts of time': [
    e => hourOfDay(e.at, BERLIN) * 100 + dayOfWeek(e.at, 'UTC'),
    '((hourOfDay(at:timestamp, "Europe/Berlin") * 100) + dayOfWeek(at:timestamp, "UTC"))',
  ],
  'remainder of a part of time': [
    e => yearOf(e.at, 'UTC') % 4 === 0,
    '((yearOf(at:timestamp, "UTC") % 4) === 0)',
  ],
  'starts of units': [
    e => startOfDay(e.at, BERLIN) === e.at,
    '(startOfDay(at:timestamp, "Europe/Berlin") === at:timestamp)',
  ],
  elapsed: [
    e => (e.seen === null ? null : daysBetween(e.seen, e.at) + secondsBetween(e.seen, e.at)),
    '((seen:timestamp? is null) ? null : (daysBetween(seen:timestamp, at:timestamp) + secondsBetween(seen:timestamp, at:timestamp))):double?',
  ],
  calendar: [
    e => calendarDaysBetween(e.at, e.seen ?? e.at, BERLIN),
    'calendarDaysBetween(at:timestamp, (seen:timestamp? ?? at:timestamp):timestamp, "Europe/Berlin")',
  ],
  Math: [
    e => Math.abs(e.score) + Math.floor(e.amount) + Math.ceil(e.score) + Math.trunc(e.amount),
    '(((abs(score:double) + floor(amount:decimal(10,2))) + ceil(score:double)) + trunc(amount:decimal(10,2)))',
  ],
  'more Math': [
    e => Math.round(e.score) + Math.sqrt(e.amount) + Math.sign(e.level),
    '((round(score:double) + sqrt(amount:decimal(10,2))) + sign(level:int))',
  ],
  'least and greatest': [
    e => Math.min(e.score, 1, e.level) - Math.max(e.amount),
    '(min(score:double, 1, level:int) - max(amount:decimal(10,2)))',
  ],
  'constants of Math': [
    e => e.score * Math.PI < Number.MAX_SAFE_INTEGER,
    '((score:double * 3.141592653589793) < 9007199254740991)',
  ],
  'tests of numbers': [
    e => Number.isFinite(e.weight) || Number.isNaN(e.score * 2),
    '(((weight:double? - weight:double?) === 0) || (let x = (score:double * 2); (x:double !== x:double)))',
  ],
  'test of a computed number': [
    e => Number.isFinite(e.score / e.amount),
    '(let x = (score:double / amount:decimal(10,2)); ((x:double - x:double) === 0))',
  ],
});

export const onFeatures = ofFeatures({
  features: [f => f.clicks > 3 && f.is_new, '((f.clicks:int > 3) && f.is_new:boolean)'],
  quotient: [f => (f.spend ?? 0) / f.clicks, '((f.spend:double? ?? 0):double / f.clicks:int)'],
  'the instant': [
    (f, t) => (f.seen === null ? null : secondsBetween(f.seen, t)),
    '((f.seen:timestamp? is null) ? null : secondsBetween(f.seen:timestamp, t)):double?',
  ],
  'the instant itself': [(f, t) => f.seen ?? t, '(f.seen:timestamp? ?? t):timestamp'],
  'destructured features': [
    ({ clicks, last_city: city }) => (clicks > 0 ? city : null),
    '((f.clicks:int > 0) ? f.last_city:text? : null):text?',
  ],
  'finite feature': [f => f.share * 2, '(f.share:double * 2)'],
  'boolean that may be null': [
    f => f.was_new === true || (f.was_new ?? false),
    '((f.was_new:boolean? === true) || (f.was_new:boolean? ?? false):boolean)',
  ],
});
