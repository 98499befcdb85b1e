import type { AnyLambda, Compute, DerivedLayer, Labels } from '../../dsl/index.ts';
import type { ScopeFeature } from '../frontend/index.ts';
import type { DerivedBody, DerivedPlan, Expr, ScalarType, ValueType } from '../ir/index.ts';
import { checkedDefault } from './aggregates.ts';
import type { Member } from './aggregates.ts';
import type { Context } from './context.ts';
import { labelsOf } from './labels.ts';
import { isNumeric } from './types.ts';

/** Plans one layer: its lambdas see `known`, and not each other. */
export function planLayer(
  context: Context,
  layer: DerivedLayer,
  known: readonly ScopeFeature[],
): DerivedPlan[] {
  const plans: DerivedPlan[] = [];
  for (const [name, declared] of Object.entries(layer)) {
    const member = { record: layer, name };
    context.checkName('feature', name, context.project.spanOfProperty(layer, name));
    const { value, labels, fallback } = parts(declared);
    const planned = isCompute(value)
      ? planCompute(context, member, value, known)
      : planExpression(context, member, value, known);
    if (planned === null) continue;
    const otherwise = checkedDefault(context, member, fallback, planned.type);
    plans.push({
      name,
      ...planned,
      nullable: planned.nullable && otherwise === null,
      default: otherwise,
      ...labelsOf(context, member, isCompute(value) ? value.run : value, labels),
    });
  }
  return plans;
}

type Declared = DerivedLayer[string];
interface Planned {
  readonly body: DerivedBody;
  readonly type: ValueType;
  readonly nullable: boolean;
}

function parts(declared: Declared): { value: AnyLambda | Compute<never>; labels: Labels; fallback: unknown } {
  if (typeof declared === 'function' || isCompute(declared))
    return { value: declared, labels: {}, fallback: undefined };
  return { value: declared.value, labels: declared, fallback: declared.default };
}

function isCompute(value: Declared): value is Compute<never> {
  return typeof value === 'object' && 'kind' in value && value.kind === 'compute';
}

function planExpression(
  context: Context,
  member: Member,
  lambda: AnyLambda,
  known: readonly ScopeFeature[],
): Planned | null {
  const at = context.project.spanOfProperty(member.record, member.name);
  const expr = context.project.lowerLambda(lambda, { kind: 'derived', features: known }, context.report, at);
  if (expr === null) return null;
  const body = { kind: 'expression', expr } as const;
  if (isNumeric(expr.type)) return { body, type: { kind: 'double' }, nullable: !isFiniteNumber(expr) };
  return { body, type: featureType(expr.type), nullable: expr.nullable };
}

/** Semantics §10.7: enums and uuids have become texts. */
function featureType(type: ScalarType): ScalarType {
  return type.kind === 'enum' || type.kind === 'uuid' ? { kind: 'text' } : type;
}

/** Whether the tree says that a number is always there and finite: then the feature is never null. */
function isFiniteNumber(expr: Expr): boolean {
  switch (expr.kind) {
    case 'literal':
      return expr.value !== null;
    case 'call':
      return expr.function === 'finite';
    case 'conditional':
      return isFiniteNumber(expr.then) && isFiniteNumber(expr.otherwise);
    case 'let':
      return isFiniteNumber(expr.body);
    default:
      return false;
  }
}

function planCompute(
  context: Context,
  member: Member,
  compute: Compute<never>,
  known: readonly ScopeFeature[],
): Planned | null {
  const path = context.project.exportPathOf(compute.run);
  const typing = context.project.returnTypeOf(compute.run);
  const at = context.project.spanOfProperty(member.record, member.name);
  if (path === null) context.problem('SK419', at, { name: member.name });
  if (typing.type === null) context.problem('SK418', at, { name: member.name, got: typing.text });
  if (path === null || typing.type === null) return null;
  const { text, reads } = context.project.codeOf(compute.run);
  const uses = known.map(({ name }) => name);
  const body = {
    ...{ kind: 'compute' as const, ...path, uses, code: text },
    reads: uses.filter(name => reads?.includes(name) ?? true),
  };
  return { body, type: typing.type, nullable: isNumeric(typing.type) || typing.nullable };
}
