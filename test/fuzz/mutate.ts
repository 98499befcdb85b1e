import type { Random } from '../support/random.ts';

/** What breaks parsers: ends, signs, surrogates, marks, and numbers beyond what anything holds. */
const SPLICES: readonly (string | readonly number[])[] = [
  '\\ud800',
  '\\udc00x',
  '\\u0000',
  '9'.repeat(400),
  '1e999',
  '-0',
  '-',
  '1e-400',
  '0.1e+5',
  '9007199254740993',
  '18446744073709551616',
  'null',
  'true',
  '{}',
  '[]',
  '""',
  '{"a":',
  '[[',
  ']',
  '}',
  ',',
  ':',
  '"',
  '\\',
  ' ',
  '\n',
  '__proto__',
  '"__proto__":{"op":"c"},',
  '"constructor":null,',
  '__debezium_unavailable_value',
  '2024-02-30T00:00:00Z',
  'NaN',
  'AfQ=',
  '\ue000n1',
  [0xef, 0xbb, 0xbf],
  [0x00],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff],
];

/** JSON values that one type or another takes. */
const VALUES: readonly string[] = [
  'null',
  'true',
  '0',
  '1',
  '-0',
  '-1.5',
  '1e2',
  '12345678901234567890',
  '1714521600000000',
  '1714521600000000000',
  '19844',
  '0.1234567890123456789',
  '1e999',
  '"1"',
  '"12.50"',
  '"NaN"',
  '"Infinity"',
  '"AfQ="',
  '"////"',
  '{"scale":2,"value":"AfQ="}',
  '{"scale":99999,"value":"AQ=="}',
  '"2024-05-01T00:00:00Z"',
  '"2024-05-01T00:00:00.123456789Z"',
  '"2024-05-01 02:00:00+02:00"',
  '"c0ffee00-1234-4abc-9def-0123456789AB"',
  '"a"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"__debezium_unavailable_value"',
  '"d"',
  '"t"',
  '"m"',
  '"io.debezium.time.NanoTimestamp"',
  '"org.apache.kafka.connect.data.Decimal"',
  '[]',
  '{}',
];

/** A message with one to four changes of its bytes. */
export function mutated(message: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = message;
  for (let left = random.pick([1, 1, 1, 2, 4]); left > 0; left -= 1)
    bytes = mutatedOnce(bytes, others, random);
  return bytes;
}

function mutatedOnce(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(12));
  switch (random.below(14)) {
    case 0: {
      const flipped = Uint8Array.from(bytes);
      if (at < flipped.length) flipped[at] = flipped[at]! ^ (1 << random.below(8));
      return flipped;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return joined(bytes.subarray(0, at), bytes.subarray(end));
    case 3:
      return joined(bytes.subarray(0, end), bytes.subarray(at));
    case 4: {
      const other = random.pick(others);
      return joined(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)));
    }
    case 5: {
      const depth = random.pick([5, 199, 200, 201, 3000]);
      const [open, close] = random.pick([
        ['[', ']'],
        ['{"a":', '}'],
      ] as const);
      const value = `${open.repeat(depth)}1${close.repeat(depth)}`;
      return withValue(bytes, value, random);
    }
    case 6: {
      const splice = random.pick(SPLICES);
      return withValue(bytes, typeof splice === 'string' ? splice : 'null', random);
    }
    case 7:
    case 8:
    case 9:
    case 10:
      return withValue(bytes, random.pick(VALUES), random);
    case 11:
      return withOtherName(bytes, random);
    default: {
      const splice = random.pick(SPLICES);
      const between = typeof splice === 'string' ? Buffer.from(splice) : Uint8Array.from(splice);
      return joined(bytes.subarray(0, at), between, bytes.subarray(random.chance(0.5) ? at : end));
    }
  }
}

/** Another value in place of one that a member has. */
function withValue(bytes: Uint8Array, value: string, random: Random): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const members = [...text.matchAll(/":(?:"[^"]*"|[\w.+-]+|\{|\[)/g)];
  if (members.length === 0) return joined(bytes, Buffer.from(value));
  const member = random.pick(members);
  const from = member.index + 2;
  const to = /[{[]$/.test(member[0]) ? from : member.index + member[0].length;
  return joined(bytes.subarray(0, from), Buffer.from(value), bytes.subarray(to));
}

/** A member under another name, so that it is missing, or there twice. */
function withOtherName(bytes: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const names = [...text.matchAll(/"(\w+)":/g)];
  if (names.length === 0) return bytes;
  const [from, to] = [random.pick(names), random.pick(names)];
  const start = from.index + 1;
  return joined(bytes.subarray(0, start), Buffer.from(to[1]!), bytes.subarray(start + from[1]!.length));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
