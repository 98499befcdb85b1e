import { earliestInstant, latestInstant } from '../../kernels/instant-bounds.ts';
import type { SqlColumn } from '../../runtime/history/program.ts';
import type { Value } from '../../runtime/history/index.ts';
import { column } from './support.ts';

const text = [
  'plain',
  '',
  ' "quoted", and\r\nmore ',
  'naïve 😀 \uffff',
  ',',
  '007',
  'm\ufeffark',
  null,
] as const;

/** A column of each kind and list; in each row the values that are hard for it. */
export const edgeColumns: readonly SqlColumn[] = [
  column('n', 'int'),
  column('big', 'bigint'),
  column('amount', 'decimal'),
  column('x', 'double'),
  column('flag', 'boolean'),
  column('name "q"', 'text'),
  column('level', 'enum'),
  column('id', 'uuid'),
  column('at', 'timestamp'),
  column('bigs', 'bigint', true),
  column('xs', 'double', true),
  column('texts', 'text', true),
  column('ats', 'timestamp', true),
  column('flags', 'boolean', true),
];

const uuid = '0189f7e2-7d3c-7cc0-8a0b-00ff00ff00ff';
const columns: readonly (readonly Value[])[] = [
  [0, 1, -1, 2 ** 53 - 1, -(2 ** 53) + 1, 7, 7, null],
  [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 7n, null],
  [0, 12.34, -0.01, 999999999999999, 0.000000000000001, 1e14, 2.5, null],
  [0, 5e-324, -5e-324, 1.7976931348623157e308, 0.1, 2 ** 53 + 2, 1 / 3, null],
  [true, false, true, false, true, false, true, null],
  text,
  ['a', 'b', 'a', 'b', 'a', 'b', 'c', null],
  [uuid, uuid, uuid, uuid, uuid, uuid, uuid, null],
  [0, -1, 1_700_000_000_000_001, earliestInstant, latestInstant - 1, 1, 999_999, null],
  [[], [1n], [2n ** 63n - 1n, -(2n ** 63n)], [], [0n, 0n], [7n], [], null],
  [[], [5e-324], [0.1, -1e300], [1], [], [0], [2], null],
  [[], [''], ['a"b', 'c,d', '😀\n'], ['null'], ['{}'], ['\\'], [' '], null],
  [[], [-1], [0, 1_700_000_000_000_001], [1], [2], [3], [4], null],
  [[], [true], [false, true], [true], [], [false], [true], null],
];

export const edgeRows: readonly (readonly Value[])[] = columns[0]!.map((_, row) =>
  columns.map(values => values[row]!),
);
