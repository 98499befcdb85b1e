import type { SqlDerived, SqlLayer, SqlType } from '../../../runtime/history/program.ts';
import type { DerivedPlan, Expr } from '../../ir/index.ts';
import { withDefault } from './aggregates.ts';
import { sqlType } from './columns.ts';
import { ExpressionPrinter } from './expression.ts';
import { Layers } from './layers.ts';
import { identifier } from './literal.ts';
import { finiteOrNull } from './projection.ts';

/** A `compute`, whose code stands only in the output. */
export interface GeneratedCompute {
  readonly name: string;
  readonly type: SqlType;
  readonly uses: readonly string[];
  readonly plan: DerivedPlan & { readonly body: { readonly kind: 'compute' } };
}

export type GeneratedLayer =
  | Extract<SqlLayer, { kind: 'sql' }>
  | { readonly kind: 'javascript'; readonly features: readonly GeneratedCompute[] };

/**
 * Derived features in order of evaluation, in as few layers as their kinds allow: what is lowered runs in SQL, a
 * `compute` in JavaScript over the rows so far.
 * @param known whether there is a feature of that name that is no derived one, and where
 */
export function derivedLayers(
  plans: readonly DerivedPlan[],
  known: (name: string) => string | null,
): readonly GeneratedLayer[] {
  const layers: GeneratedLayer[] = [];
  const finished = new Set<string>();
  let open: SqlDerived[] = [];
  let computes: GeneratedCompute[] = [];
  const close = (): void => {
    if (open.length > 0) layers.push({ kind: 'sql', features: open });
    if (computes.length > 0) layers.push({ kind: 'javascript', features: computes });
    for (const { name } of [...open, ...computes]) finished.add(name);
    open = [];
    computes = [];
  };
  for (const plan of plans) {
    if (isCompute(plan)) {
      if (open.length > 0) close();
      computes.push({ name: plan.name, type: sqlType(plan.type), uses: plan.body.uses, plan });
      continue;
    }
    if (computes.length > 0) close();
    const feature = (name: string): string => {
      const place = open.findIndex(other => other.name === name);
      if (place >= 0) return `"${open[place]!.alias}".${identifier(name)}`;
      const reference = known(name);
      if (!finished.has(name) && reference === null) return unexpected(`feature ${name}`);
      // From the second layer on, all that stands before is a column of the result so far.
      return layers.length > 0 || reference === null ? `f.${identifier(name)}` : reference;
    };
    open.push(
      sqlDerived(
        plan,
        plan.body.kind === 'expression' ? plan.body.expr : unexpected(plan.name),
        open.length,
        feature,
      ),
    );
  }
  close();
  return layers;
}

function isCompute(plan: DerivedPlan): plan is GeneratedCompute['plan'] {
  return plan.body.kind === 'compute';
}

function sqlDerived(
  plan: DerivedPlan,
  expr: Expr,
  index: number,
  feature: (name: string) => string,
): SqlDerived {
  const layers = new Layers(`y${index}_`);
  const uses = new Set<string>();
  const printer = new ExpressionPrinter({
    column: path => unexpected(`column ${path.join('.')}`),
    feature: name => {
      uses.add(name);
      return feature(name);
    },
    instant: 's."t"',
    decimals: 'float8',
    layers,
  });
  const sql = withDefault(derivedValue(printer, plan, expr), plan);
  return {
    name: plan.name,
    type: sqlType(plan.type),
    sql,
    alias: `d${index}`,
    uses: [...uses],
    joins: layers.joins(),
  };
}

/** A number leaves finite and without −0, or as null (semantics §10.6 and 7). */
function derivedValue(printer: ExpressionPrinter, { type }: DerivedPlan, expr: Expr): string {
  if (type.kind === 'double') return finiteOrNull(printer.boundNumber(expr));
  return printer.value(expr);
}

function unexpected(what: string): never {
  throw new Error(`a derived feature cannot see ${what}`);
}
