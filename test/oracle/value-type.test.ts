import { expect, test } from 'vitest';
import { typeOfLambda } from '../../testing/value-type.ts';
import type { ValueType } from '../../testing/value-type.ts';

const decimal = (precision: number, scale: number): ValueType => ({ kind: 'decimal', precision, scale });
const columns: Record<string, ValueType> = {
  whole: { kind: 'int' },
  money: decimal(10, 2),
  rate: decimal(6, 4),
  vast: decimal(15, 1),
  text: { kind: 'text' },
  size: { kind: 'enum' },
  at: { kind: 'timestamp' },
};
type Row = Record<'whole' | 'money' | 'rate' | 'vast', number | null> &
  Record<'text' | 'size', string> & { at: number };
const helper = (row: Row): number | null => row.whole;
const constant = 3;

test.each<[(row: Row, t: number) => unknown, ValueType]>([
  [r => r.whole, { kind: 'int' }],
  [r => r['money'], decimal(10, 2)],
  [({ money }) => money, decimal(10, 2)],
  [r => -(r.money as number), decimal(10, 2)],
  [
    r => {
      return r.whole;
    },
    { kind: 'int' },
  ],
  [r => (r.text === 'a' ? r.money : null), decimal(10, 2)],
  [r => r.money ?? r.rate, decimal(12, 4)],
  [r => r.vast ?? r.money, { kind: 'double' }],
  [r => r.whole ?? r.money, { kind: 'double' }],
  [r => r.whole ?? 0, { kind: 'int' }],
  [r => r.whole ?? -1, { kind: 'int' }],
  [r => r.whole ?? 0.5, { kind: 'double' }],
  [r => r.money ?? 0.25, decimal(10, 2)],
  [r => r.money ?? 0.125, { kind: 'double' }],
  [r => r.rate ?? 100, { kind: 'double' }],
  [r => r.whole || 0, { kind: 'double' }],
  [r => (r.whole as number) + 1, { kind: 'double' }],
  [r => Math.abs(r.whole as number), { kind: 'double' }],
  [() => 1, { kind: 'int' }],
  [() => 0.5, { kind: 'double' }],
  [r => helper(r), { kind: 'unknown' }],
  [r => r.whole ?? constant, { kind: 'unknown' }],
  [r => r.text, { kind: 'text' }],
  [r => (r.whole === 1 ? r.text : r.size), { kind: 'text' }],
  [r => r.size, { kind: 'enum' }],
  [r => `${r.text}!`, { kind: 'text' }],
  [r => r.text + 'x', { kind: 'text' }],
  [r => r.text === 'a' && r.whole === 1, { kind: 'boolean' }],
  [r => !r.text, { kind: 'boolean' }],
  [r => r.at, { kind: 'timestamp' }],
  [(_, t) => t, { kind: 'timestamp' }],
  [(r, t) => t - r.at, { kind: 'double' }],
])('%s', (lambda, expected) => {
  expect(typeOfLambda(lambda as never, ([name = '']) => columns[name] ?? null)).toEqual(expected);
});
