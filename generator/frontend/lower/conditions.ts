import type { ts } from 'ts-morph';
import type { Expr } from '../../ir/expr.ts';
import type { ScalarType } from '../../ir/types.ts';
import { joinTypes, leavesOf, retype } from './branches.ts';
import { place, valueOf } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { describeType, unite, value } from './value.ts';
import type { Value } from './value.ts';

/** An expression that decides: a boolean that is not null. */
export function conditionOf(node: ts.Expression, frame: Frame, context: LambdaContext): Expr {
  const found = place(node, frame, context);
  if (found.kind !== 'value') {
    const what = found.kind === 'row' ? 'the row' : found.kind === 'image' ? 'a row' : 'no value';
    return context.refuse(node, 'SK207', { type: what, nullable: found.kind === 'image' });
  }
  if (found.expr.type.kind !== 'boolean' || found.expr.nullable) {
    const isNull = found.expr.kind === 'literal' && found.expr.value === null;
    const type = isNull ? 'null' : describeType(found.expr.type);
    return context.refuse(node, 'SK207', { type, nullable: found.expr.nullable && !isNull });
  }
  return found.expr;
}

/** What a condition comes to, whatever the row: where constants make it; else no answer. */
export function decisionOf(condition: Expr): boolean | null {
  switch (condition.kind) {
    case 'literal':
      return condition.value === true;
    case 'is-null':
      return condition.value.kind === 'literal' ? (condition.value.value === null) !== condition.not : null;
    case 'not': {
      const decision = decisionOf(condition.value);
      return decision === null ? null : !decision;
    }
    case 'logic': {
      const [left, right] = [decisionOf(condition.left), decisionOf(condition.right)];
      const decisive = condition.operator === '||';
      if (left === decisive || right === decisive) return decisive;
      return left === null || right === null ? null : !decisive;
    }
    default:
      return null;
  }
}

/** `condition ? then : otherwise`. */
export function lowerConditional(
  node: ts.ConditionalExpression,
  frame: Frame,
  context: LambdaContext,
): Value {
  return branch(
    () => conditionOf(node.condition, frame, context),
    () => valueOf(node.whenTrue, frame, context),
    () => valueOf(node.whenFalse, frame, context),
    node,
    context,
  );
}

/** Lowers a condition and the two ways from it; one that no row takes is left out where it cannot be lowered. */
export function branch(
  condition: () => Expr,
  then: () => Value,
  otherwise: () => Value,
  node: ts.Node,
  context: LambdaContext,
): Value {
  let decision: boolean | null = null;
  const [chosen, ...ways] = context.all<Expr | Value | null>([
    () => {
      const lowered = condition();
      decision = decisionOf(lowered);
      return lowered;
    },
    () => (decision === false ? context.unreachable(then) : then()),
    () => (decision === true ? context.unreachable(otherwise) : otherwise()),
  ]) as [Expr, Value | null, Value | null];
  const [first, second] = ways;
  if (first === null) return second!;
  if (second === null) return first;
  const join = (): Value => choose(chosen, first, second, node, context);
  if (decision === null) return join();
  return context.unreachable(join) ?? (decision ? first : second);
}

/** Joins two values that a condition chooses between. */
export function choose(
  condition: Expr,
  then: Value,
  otherwise: Value,
  node: ts.Node,
  context: LambdaContext,
): Value {
  const absence = unite(then.absence, otherwise.absence);
  const type = joined([then.expr, otherwise.expr], node, context);
  const chosen: Expr = {
    kind: 'conditional',
    condition,
    then: then.expr,
    otherwise: otherwise.expr,
    type,
    nullable: absence !== 'never',
  };
  return value(retype(chosen, type), absence);
}

/** `value ?? otherwise`: where the value cannot be absent, the value. */
export function coalesce(left: Value, right: Value, node: ts.Node, context: LambdaContext): Value {
  const type = joined([left.expr, right.expr], node, context);
  if (left.absence === 'never') return left;
  if (left.expr.kind === 'literal') return right;
  const nullable = right.absence !== 'never';
  const expr: Expr = { kind: 'coalesce', value: left.expr, otherwise: right.expr, type, nullable };
  return value(retype(expr, type), right.absence);
}

function joined(branches: readonly Expr[], node: ts.Node, context: LambdaContext): ScalarType {
  const type = joinTypes(branches.flatMap(leavesOf));
  return 'left' in type ? context.refuse(node, 'SK210', type) : type;
}
