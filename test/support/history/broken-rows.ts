import type { SourceColumn } from '../../../generator/ir/index.ts';
import { latestInstant } from '../../../kernels/instant-bounds.ts';
import type { Random } from '../random.ts';
import { RawJson } from './wire-text.ts';

type WireRow = Readonly<Record<string, unknown>>;

/** What no column of any type takes, or takes only by luck. */
const WRONG = [[], {}, new RawJson('1e999'), 'no such value', -0.5, true];

/** A row that must be refused, by one column (semantics §10.21); now and then one that is not even a row. */
export function brokenRow(row: WireRow, columns: readonly SourceColumn[], random: Random): unknown {
  if (random.chance(0.1)) return random.pick([null, 5, 'row', [], [row], true]);
  const column = random.pick(columns);
  const required = !column.nullable && random.chance(0.3);
  return { ...row, [column.name]: required ? random.pick([null, undefined]) : brokenValue(column, random) };
}

function brokenValue({ type }: SourceColumn, random: Random): unknown {
  switch (type.kind) {
    case 'int':
      return random.pick([2 ** 53, new RawJson('-9007199254740993'), 0.5, '1', ...WRONG]);
    case 'bigint':
      return random.pick([new RawJson('9223372036854775808'), '-9223372036854775809', '1.0', '', ' 1', 0.5]);
    case 'decimal':
      return random.pick([
        `0.${'0'.repeat(type.scale)}1`,
        `1${'0'.repeat(type.precision - type.scale)}`,
        '',
        '1e',
        'NaN',
        '0x10',
        ...WRONG,
      ]);
    case 'double':
      return random.pick(['1', new RawJson('1e999'), [], {}, true]);
    case 'text':
      return random.pick(['a\0b', '\ud800', 'x\udc00y', '\udc00\ud800', 5, [], true]);
    case 'enum':
      return random.pick([5, [], {}, true]);
    case 'uuid':
      return random.pick(['c0ffee00-1234-4abc-9def-0123456789a', 'c0ffee0012344abc9def0123456789ab', '', 5]);
    case 'boolean':
      return random.pick([0, 1, 'true', [], {}]);
    case 'timestamp':
      return random.pick([
        latestInstant,
        '1699-12-31T23:59:59.999999Z',
        '2250-01-01T00:00:00Z',
        '2024-02-30T00:00:00Z',
        '2024-01-01T00:00:00',
        '2024-01-01',
        '',
        new RawJson('1e300'),
        0.5,
        true,
      ]);
  }
}
