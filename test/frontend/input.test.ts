import { afterAll, expect, test } from 'vitest';
import type { AnyLambda } from '../../dsl/index.ts';
import type { Column, ScalarType } from '../../generator/ir/types.ts';
import { printExpr, printType } from '../../generator/ir/print.ts';
import { typeOfLambda } from '../../testing/value-type.ts';
import { TemporaryProject } from './support/temporary.ts';

const columns: readonly Column[] = [
  { name: 'i', type: { kind: 'int' }, nullable: false },
  { name: 'j', type: { kind: 'int' }, nullable: true },
  { name: 'd', type: { kind: 'decimal', precision: 10, scale: 2 }, nullable: false },
  { name: 'n', type: { kind: 'decimal', precision: 8, scale: 4 }, nullable: true },
  { name: 's', type: { kind: 'decimal', precision: 12, scale: 8 }, nullable: true },
  { name: 'w', type: { kind: 'decimal', precision: 15, scale: 0 }, nullable: true },
  { name: 'x', type: { kind: 'double' }, nullable: true },
  { name: 'b', type: { kind: 'boolean' }, nullable: false },
  { name: 't', type: { kind: 'timestamp' }, nullable: false },
];

/** Semantics §10.2: the lambda, and the type its numbers are exact in. */
const cases: readonly (readonly [lambda: string, type: string])[] = [
  ['e => e.i', 'int'],
  ['e => { return e.d; }', 'decimal(10,2)'],
  ["e => (e['d'])", 'decimal(10,2)'],
  ['({ n }) => n', 'decimal(8,4)'],
  ['({ d: price }) => -price', 'decimal(10,2)'],
  ['e => -e.i', 'int'],
  ['e => e.j ?? 0', 'int'],
  ['e => e.j ?? 0.5', 'double'],
  ['e => e.n ?? 0.125', 'decimal(8,4)'],
  ['e => e.n ?? 0.00001', 'double'],
  ['e => e.n ?? 123456', 'double'],
  ['e => e.n ?? e.d', 'decimal(12,4)'],
  ['e => e.w ?? e.d', 'double'],
  ['e => e.j ?? e.d', 'double'],
  ['e => (e.b ? e.d : null)', 'decimal(10,2)'],
  ['e => (e.b ? e.d : undefined)', 'decimal(10,2)'],
  ['e => (e.b ? 1 : -1)', 'int'],
  ['e => (e.b ? (e.j ?? 0) : -e.i)', 'int'],
  ['e => (e.b ? 1 : 0.5)', 'double'],
  ['() => 1', 'int'],
  ['e => (e).i', 'int'],
  ['e => (e satisfies E).d', 'decimal(10,2)'],
  ['e => e[`d`]', 'decimal(10,2)'],
  ["e => e[('i')]", 'int'],
  ["({ 'i': whole }) => whole", 'int'],
  ['e => { type Name = string; return e.i; }', 'int'],
  ['e => { ; return e.d; }', 'decimal(10,2)'],
  ['{ where(e: E) { return e.d; } }.where', 'decimal(10,2)'],
  ['e => (e.b ? e.i : -(5))', 'int'],
  ['e => (e.b ? e.i : - -5)', 'int'],
  ['e => (e.b ? e.i : -0)', 'double'],
  ['e => e.n ?? -0', 'double'],
  ['e => e.n ?? 1e-4', 'decimal(8,4)'],
  ['e => e.s ?? 1e-7', 'decimal(12,8)'],
  ['e => e.s ?? 1e21', 'double'],
  ['e => e.x', 'double'],
  ['e => e.i + 1', 'double'],
  ['e => -(e.j ?? 0)', 'double'],
  ['e => e.j ?? CONSTANT', 'double'],
  ['e => e.x ?? Level.Low', 'double'],
  ['e => e.i + Level.Low', 'double'],
  ['e => same(e.d)', 'double'],
  ['e => { const y = e.d; return y; }', 'double'],
  ['e => { if (e.b) return e.i; return 0; }', 'double'],
  ['e => e.t', 'timestamp'],
  ['e => same(e.t)', 'timestamp'],
];

const files = new TemporaryProject({
  'inputs.ts': `
export interface E {
  readonly i: number; readonly j: number | null; readonly d: number; readonly n: number | null;
  readonly s: number | null; readonly w: number | null; readonly x: number | null; readonly b: boolean; readonly t: number;
}
const CONSTANT = 0;
enum Level { Low = 1 }
const same = (x: number) => x;
const of = (lambdas: readonly ((e: E) => unknown)[]) => lambdas;
export const lambdas = of([${cases.map(([lambda]) => lambda).join(',\n')}]);
`,
});
afterAll(() => files.remove());
const { project, report } = await files.load('inputs.ts');
const lambdas = project.declarations[0]!.value as readonly AnyLambda[];

test.each(cases.map(([lambda, type], index) => ({ lambda, type, index })))(
  '$lambda is $type',
  ({ type, index }) => {
    const expr = project.lowerInput(lambdas[index]!, { kind: 'row', columns }, report);
    expect(report.list()).toEqual([]);
    expect(printType(expr!.type)).toBe(type);
  },
);

test.each(cases.map(([lambda, type], index) => ({ lambda, type, index })))(
  'the oracle reads $lambda as $type',
  ({ type, index }) => {
    const typeAt = ([name]: readonly string[]): ScalarType | null =>
      columns.find(column => column.name === name)?.type ?? null;
    const read = typeOfLambda(lambdas[index]!, typeAt);
    // What its text does not tell is not exact, whatever it is.
    const exact = read.kind === 'decimal' ? `decimal(${read.precision},${read.scale})` : read.kind;
    if (/^int|^decimal/.test(type)) expect(exact).toBe(type);
    else expect(exact).not.toMatch(/^int|^decimal/);
  },
);

test('what is not exact is a double by what is done to it', () => {
  const printed = (lambda: string): string => {
    const index = cases.findIndex(([source]) => source === lambda);
    return printExpr(project.lowerInput(lambdas[index]!, { kind: 'row', columns }, report)!);
  };
  expect(printed('e => same(e.d)')).toBe('(d:decimal(10,2) - 0)');
  expect(printed('e => -e.i')).toBe('-i:int:int');
  expect(printed('e => e.n ?? e.d')).toBe('(n:decimal(8,4)? ?? d:decimal(10,2)):decimal(12,4)');
});
