import type { SourceColumn } from '../../../generator/ir/index.ts';
import { formatInstant } from '../../../kernels/instant.ts';
import type { Instant } from '../../../kernels/instant.ts';
import { formatDecimal, scaledToNumber } from '../../../kernels/decimal.ts';
import type { Random } from '../random.ts';
import type { Edges } from './edges.ts';
import { RawJson } from './wire-text.ts';

const WIDEST = 2 ** 53 - 1;
const UUIDS = [
  '00000000-0000-4000-8000-000000000001',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
  'c0ffee00-1234-4abc-9def-0123456789ab',
];
// Code units and code points order the astral ones and U+E000… differently; combining marks, spaces, quotes.
const TEXTS = [
  '',
  'a',
  'b',
  'A',
  'ab',
  'abc',
  ' a\u00a0',
  'z-z',
  'ü',
  'u\u0308',
  '😀',
  '😀a',
  '\ud800\udc00',
  '\ue000',
  '\uffee',
  "'",
  '"\\',
  '%_',
  '$1',
  'null',
  '\n',
];
const DOUBLES = [
  0,
  1,
  2,
  0.1,
  0.2,
  0.3,
  -1.5,
  2.5,
  -0.5,
  1e-9,
  1e15,
  4503599627370496,
  -4503599627370497,
  9007199254740991,
  1e17,
  1e300,
  -1e308,
  5e-324,
  1 / 3,
];

/** Values that keys have: few, so that histories are dense. */
export function keyValue(type: SourceColumn['type'], random: Random): unknown {
  switch (type.kind) {
    case 'int':
      return random.chance(0.9) ? random.between(1, 3) : random.pick([0, -7, WIDEST, -WIDEST]);
    case 'bigint':
      return random.pick([1n, 2n, -3n, 9223372036854775807n]);
    case 'text':
      return random.pick(['k', 'K', '', 'ü', '😀']);
    case 'enum':
      return random.pick(type.values);
    case 'uuid':
      return random.pick(UUIDS);
    case 'boolean':
      return random.chance(0.5);
    default:
      throw new TypeError(`a ${type.kind} is no key`);
  }
}

/** A value of a column as it is on the wire, in one of the forms that the schema takes. */
export function columnValue(
  column: SourceColumn,
  edges: Edges,
  random: Random,
  instant: () => number,
): unknown {
  if (column.nullable && random.chance(0.2)) return random.chance(0.5) ? null : undefined;
  const { type } = column;
  switch (type.kind) {
    case 'int':
      return intValue(edges, random);
    case 'bigint':
      return wireBigint(
        random.pick([
          0n,
          1n,
          -1n,
          2n,
          2n,
          9007199254740993n,
          -9007199254740993n,
          2n ** 63n - 1n,
          -(2n ** 63n),
        ]),
        random,
      );
    case 'decimal':
      return decimalValue(type, edges, random);
    case 'double':
      return random.pick([
        ...DOUBLES,
        ...edges.numbers,
        -0,
        random.fraction(),
        (random.fraction() - 0.5) * 1000,
      ]);
    case 'text':
      return random.pick(edges.texts.length > 0 && random.chance(0.5) ? edges.texts : TEXTS);
    case 'enum':
      return column.wire.other === 'null' && random.chance(0.1) ? 'another' : random.pick(type.values);
    case 'uuid':
      return random.chance(0.2) ? random.pick(UUIDS).toUpperCase() : random.pick(UUIDS);
    case 'boolean':
      return random.chance(0.5);
    case 'timestamp':
      return wireInstant(instant(), column.wire.unit, random);
  }
}

/** The wire form of a key's inner value. */
export function wireKey(value: unknown, random: Random): unknown {
  return typeof value === 'bigint' ? wireBigint(value, random) : value;
}

function intValue(edges: Edges, random: Random): unknown {
  const whole = edges.numbers.filter(Number.isSafeInteger).flatMap(x => [x - 1, x, x + 1]);
  if (whole.length > 0 && random.chance(0.3)) return random.pick(whole);
  return random.pick([
    0,
    1,
    2,
    3,
    3,
    7,
    -1,
    -2,
    100,
    WIDEST,
    -WIDEST,
    new RawJson('1e2'),
    new RawJson('-0'),
    new RawJson('2.0'),
  ]);
}

function wireBigint(value: bigint, random: Random): unknown {
  return random.chance(0.5) ? String(value) : new RawJson(String(value));
}

function decimalValue(
  type: Extract<SourceColumn['type'], { kind: 'decimal' }>,
  edges: Edges,
  random: Random,
): unknown {
  const { precision, scale } = type;
  const most = 10 ** precision - 1;
  const near = edges.numbers.map(x => Math.round(x * 10 ** scale)).filter(x => Math.abs(x) <= most);
  const scaled = random.pick([
    0,
    1,
    -1,
    most,
    -most,
    random.between(0, Math.min(most, 9999)),
    random.below(most),
    ...near,
  ]);
  const number = scaledToNumber(scaled, scale);
  const plain = formatDecimal(scaled, scale);
  return random.pick<unknown>([plain, number, `${plain}${scale > 0 ? '0' : ''}`, new RawJson(plain)]);
}

/** An instant in a form its column takes; coarser units lose what is below them. */
export function wireInstant(us: number, unit: 's' | 'ms' | 'us', random: Random): unknown {
  if (random.chance(0.4)) return formatInstant(us as Instant);
  return Math.floor(us / { s: 1_000_000, ms: 1_000, us: 1 }[unit]);
}
