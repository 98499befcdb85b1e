import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawJson } from '../support/history/wire-text.ts';
import { created, Items, START, withSchema } from './support.ts';
import type { FieldSchema, Item, Message } from './support.ts';

// Every form in which a connector writes a cell, read three ways.

const connect = (name: string, more: object = {}): FieldSchema => ({ name, ...more });
const debezium = (name: string): FieldSchema => connect(`io.debezium.time.${name}`);
const decimal = (scale: number | string): FieldSchema =>
  connect('org.apache.kafka.connect.data.Decimal', { type: 'bytes', parameters: { scale: String(scale) } });
const variable = connect('io.debezium.data.VariableScaleDecimal', { type: 'struct' });

const noon = Date.UTC(2024, 4, 1, 12) * 1000;
const DAY = 19_844; // 2024-05-01

type Case = readonly [
  what: string,
  column: string,
  cell: unknown,
  schema: FieldSchema | null,
  expected: unknown,
];

const accepted: readonly Case[] = [
  ['a decimal as text', 'price', '12.500', null, 12.5],
  ['a decimal as a number', 'price', new RawJson('12.50'), null, 12.5],
  ['a decimal as base64 of its unscaled value', 'price', 'MNQ=', decimal(3), 12.5],
  ['a negative one', 'price', 'zyw=', decimal(3), -12.5],
  ['one byte, all ones', 'price', '/w==', decimal(0), -1],
  [
    'a scale that is a number',
    'price',
    'AfQ=',
    connect('org.apache.kafka.connect.data.Decimal', { parameters: { scale: 2 } }),
    5,
  ],
  ['zeros beyond the scale', 'price', 'HoSA', decimal(6), 2],
  ['base64 that looks like digits', 'price', '1234', decimal(3), -2_658.824],
  ['a decimal of variable scale', 'price', { scale: 1, value: 'fQ==' }, variable, 12.5],
  ['the same without a schema', 'price', { scale: 1, value: 'fQ==' }, null, 12.5],
  ['a negative scale', 'price', { scale: -2, value: 'Aw==' }, variable, 300],
  ['a decimal in an int column', 'whole', 'AfQ=', decimal(0), 500],
  ['an unsigned bigint as a decimal', 'wide', 'f/////////8=', decimal(0), 9223372036854775807n],
  ['a bigint as digits', 'wide', '-9223372036854775808', null, -9223372036854775808n],
  ['a bigint as a number beyond 2^53', 'wide', new RawJson('9007199254740993'), null, 9007199254740993n],
  ['a decimal in a column of doubles', 'ratio', 'MDk=', decimal(4), 1.2345],
  ['no number, in a column of doubles', 'ratio', 'NaN', null, null],
  ['no end, in a column of decimals', 'price', 'POSITIVE_INFINITY', null, null],
  ['a decimal in a column of text', 'note', 'MNQ=', decimal(3), '12.5'],
  ['days', 'at', DAY, debezium('Date'), START],
  ['days of Connect', 'at', DAY, connect('org.apache.kafka.connect.data.Date'), START],
  ['days before 1970', 'at', -1, debezium('Date'), -86_400_000_000],
  ['milliseconds', 'at', noon / 1000, debezium('Timestamp'), noon],
  ['milliseconds of Connect', 'at', noon / 1000, connect('org.apache.kafka.connect.data.Timestamp'), noon],
  ['microseconds', 'at', noon + 7, debezium('MicroTimestamp'), noon + 7],
  ['microseconds in a column of milliseconds', 'seen', noon + 7, debezium('MicroTimestamp'), noon + 7],
  ['nanoseconds', 'at', new RawJson(`${noon + 7}000`), debezium('NanoTimestamp'), noon + 7],
  ['text with a zone', 'at', '2024-05-01T14:00:00.000007+02:00', debezium('ZonedTimestamp'), noon + 7],
  ['text with nine digits', 'at', '2024-05-01T12:00:00.000007000Z', debezium('ZonedTimestamp'), noon + 7],
  ['an ISO date', 'at', '2024-05-01Z', debezium('IsoDate'), START],
  ['an ISO instant', 'at', '2024-05-01T12:00:00Z', debezium('IsoTimestamp'), noon],
  ['a number without a schema, in µs', 'at', noon, null, noon],
  ['a number without a schema, in ms as declared', 'seen', noon / 1000, null, noon],
  ['a plain int64 beside a schema', 'seen', noon / 1000, { type: 'int64' }, noon],
  ['a time of day in an int column', 'whole', 43_200_000_000, debezium('MicroTime'), 43_200_000_000],
  ['a time with a zone in a column of text', 'note', '12:00:00Z', debezium('ZonedTime'), '12:00:00Z'],
  ['true', 'flag', true, null, true],
  ['MySQL’s 1', 'flag', 1, { type: 'int16' }, true],
  ['MySQL’s 0', 'flag', 0, null, false],
  ['an enum', 'kind', 'old', connect('io.debezium.data.Enum', { type: 'string' }), 'old'],
  [
    'a uuid in upper case',
    'uid',
    'C0FFEE00-1234-4ABC-9DEF-0123456789AB',
    connect('io.debezium.data.Uuid'),
    'c0ffee00-1234-4abc-9def-0123456789ab',
  ],
];

const refused: readonly (readonly [...Case, message: string])[] = [
  [
    'base64 without a schema',
    'price',
    'MNQ=',
    null,
    'too-many-digits',
    'price must be decimal(12, 3), not "MNQ="',
  ],
  [
    'digits where the schema says base64',
    'price',
    '12.50',
    decimal(3),
    'wrong-type',
    'price must be the base64 of org.apache.kafka.connect.data.Decimal, not "12.50"',
  ],
  ['a decimal of another scale', 'price', 'MNQ=', decimal('many'), 'wrong-type', 'price must be the base64'],
  [
    'more digits than declared',
    'price',
    'MNU=',
    decimal(4),
    'too-many-digits',
    'price must be decimal(12, 3), not "1.2501"',
  ],
  [
    'a fraction in an int column',
    'whole',
    'MNQ=',
    decimal(3),
    'wrong-type',
    'whole must be a whole number, not "12.5"',
  ],
  [
    'an unsigned bigint beyond 2^63',
    'wide',
    'AIAAAAAAAAAA',
    decimal(0),
    'out-of-range',
    'wide must be a 64-bit whole number, not 9223372036854775808',
  ],
  [
    'nanoseconds below the microsecond',
    'at',
    new RawJson(`${noon}001`),
    debezium('NanoTimestamp'),
    'not-an-instant',
    'at must be an instant of whole microseconds',
  ],
  [
    'text with nanoseconds',
    'at',
    '2024-05-01T12:00:00.000000001Z',
    null,
    'not-an-instant',
    'at must be an instant from 1700 to 2249',
  ],
  [
    'days beyond 2249',
    'at',
    1_000_000,
    debezium('Date'),
    'not-an-instant',
    'at must be an instant from 1700 to 2249, not 1000000',
  ],
  [
    'days as text',
    'at',
    '19844',
    debezium('Date'),
    'not-an-instant',
    'at must be io.debezium.time.Date, a whole number, not "19844"',
  ],
  [
    'a time of day',
    'at',
    1,
    debezium('MicroTime'),
    'wrong-type',
    'at must be an instant, and io.debezium.time.MicroTime is a time of day',
  ],
  ['a 2 that should be a boolean', 'flag', 2, null, 'wrong-type', 'flag must be a boolean, not 2'],
  [
    'infinity of PostgreSQL',
    'at',
    new RawJson('9223372036825200000'),
    debezium('MicroTimestamp'),
    'not-an-instant',
    'at must be an instant from 1700 to 2249',
  ],
];

type Given = readonly [
  what: string,
  column: string,
  cell: unknown,
  schema: FieldSchema | null,
  ...rest: unknown[],
];

function message([, column, cell, schema]: Given, id: number): Message {
  const plain = created({ id, [column]: cell });
  return schema === null ? plain : withSchema(plain, { id: {}, part: { type: 'string' }, [column]: schema });
}

let items: Items;
beforeAll(async () => {
  items = await Items.create();
});
afterAll(() => items.end());

describe('a cell', () => {
  let read: readonly Item[];
  beforeAll(async () => {
    const keys = accepted.map((_, i) => ({ id: 100 + i, part: 'a' }));
    read = await items.readAll(
      accepted.map((given, i) => message(given, 100 + i)),
      keys,
    );
  });

  test.each(accepted.map((given, i) => [given[0], i] as const))('%s', (_, i) => {
    const [, column, , , expected] = accepted[i]!;
    expect(read[i]).toMatchObject({ rows: 1, [column]: expected });
  });
});

describe('a cell is refused', () => {
  test.each(refused.map((given, i) => [given[0], i] as const))('%s', (_, i) => {
    const [, , , , reason, told] = refused[i]!;
    expect(items.refusal(message(refused[i]!, 1))).toMatch(`${String(reason)}: ${told}`);
  });

  test('by all sides', async () => {
    const messages = refused.map((given, i) => message(given, i));
    expect(await items.verdicts(messages)).toEqual({ refused: refused.length });
  });
});
