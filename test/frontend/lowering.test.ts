import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeColumn } from '../../dsl/index.ts';
import type { AnyLambda, SourceView } from '../../dsl/index.ts';
import { Diagnostics, render } from '../../generator/diagnostics/index.ts';
import { loadProject } from '../../generator/frontend/index.ts';
import type { Scope } from '../../generator/frontend/index.ts';
import type { Expr } from '../../generator/ir/expr.ts';
import { printExpr } from '../../generator/ir/print.ts';
import type { Column } from '../../generator/ir/types.ts';
import { events, orders } from './cases/declared.ts';
import type { Cases } from './cases/declared.ts';
import { evaluate } from './support/evaluate.ts';
import { changeOf, rowOf } from './support/rows.ts';

const root = fileURLToPath(new URL('./cases', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));

function columnsOf({ definition }: SourceView): Column[] {
  if (!('shape' in definition)) throw new Error('changes have no columns of their own');
  return Object.entries(definition.shape).map(([name, schema]) => {
    const described = describeColumn(schema);
    if ('problem' in described) throw new Error(described.problem);
    return { name, type: described.type, nullable: described.nullable };
  });
}

const features: readonly Column[] = [
  { name: 'clicks', type: { kind: 'int' }, nullable: false },
  { name: 'spend', type: { kind: 'double' }, nullable: true },
  { name: 'last_city', type: { kind: 'text' }, nullable: true },
  { name: 'is_new', type: { kind: 'boolean' }, nullable: false },
  { name: 'was_new', type: { kind: 'boolean' }, nullable: true },
  { name: 'seen', type: { kind: 'timestamp' }, nullable: true },
  { name: 'share', type: { kind: 'double' }, nullable: false },
];

const eventColumns = columnsOf(events);
const orderColumns = columnsOf(orders);

/** By the name of the export that holds the cases. */
const kinds: Readonly<
  Record<string, { readonly scope: Scope; readonly given: fc.Arbitrary<Record<string, unknown>> }>
> = {
  onEvents: { scope: { kind: 'row', columns: eventColumns }, given: rowOf(eventColumns) },
  onChanges: { scope: { kind: 'change', columns: orderColumns }, given: changeOf(orderColumns) },
  onFeatures: { scope: { kind: 'derived', features }, given: rowOf(features) },
};

const report = new Diagnostics();
const entries = readdirSync(root).filter(name => name.endsWith('.ts'));
const project = await loadProject(
  { root, entries, tsconfig: `${repository}/tsconfig.json`, buildFolder: `${repository}/.skewless/build` },
  report,
);

test('the cases themselves are sound', () => {
  expect(render(report.list(), project.sources, { color: false })).toBe('');
});

/** Every number of a row as JavaScript has it, and undefined as null. */
function jsValue(lambda: AnyLambda, row: unknown, instant: number): unknown {
  return (lambda as (row: unknown, instant: number) => unknown)(row, instant) ?? null;
}

const refreshed = new Map<string, string>();

for (const { file, exportName, value } of project.declarations) {
  const kind = kinds[exportName];
  if (kind === undefined) continue;
  describe(file, () => {
    for (const [name, [lambda, tree]] of Object.entries(value as Cases)) {
      test(name, () => {
        const refusals = new Diagnostics();
        const expr = project.lowerLambda(lambda, kind.scope, refusals);
        expect(render(refusals.list(), project.sources, { color: false })).toBe('');
        if (process.env['UPDATE_CASES'] !== undefined) refresh(file, name, printExpr(expr!));
        else expect(printExpr(expr!)).toBe(tree);
        runsAlike(lambda, expr!, kind.given);
      });
    }
  });
}

/** fast-check prints the seed and the smallest row where they part. */
function runsAlike(lambda: AnyLambda, expr: Expr, given: fc.Arbitrary<Record<string, unknown>>): void {
  const instant = 1_700_000_000_000_000;
  fc.assert(
    fc.property(given, row => {
      expect(evaluate(expr, { row, instant })).toStrictEqual(jsValue(lambda, row, instant));
    }),
    { numRuns: 200 },
  );
}

/** Writes the tree into the file of cases: `UPDATE_CASES=1`, then read the difference. */
function refresh(file: string, name: string, tree: string): void {
  const path = `${root}/${file}`;
  const text = refreshed.get(path) ?? readFileSync(path, 'utf8');
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const start = new RegExp(`^ {2}'?${escaped}'?: \\[`, 'm').exec(text)!.index;
  const end = start + 1 + /^ {2}['\w]|^\}\);/m.exec(text.slice(start + 1))!.index;
  const quoted = `'${JSON.stringify(tree).slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'`;
  const changed = text.slice(start, end).replace(/'[^'\n]*'(?=,?\s*\],\n$)/, () => quoted);
  refreshed.set(path, text.slice(0, start) + changed + text.slice(end));
  writeFileSync(path, refreshed.get(path)!);
}
