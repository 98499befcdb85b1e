import { ts } from 'ts-morph';
import type { ArithmeticExpr, CompareOperator, Expr } from '../../ir/expr.ts';
import { choose, coalesce, conditionOf, decisionOf } from './conditions.ts';
import { lowerEquality } from './equality.ts';
import { refuseSyntax, valueOf } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { bitwise, mutation } from './prefix.ts';
import { templateOf } from './template.ts';
import { booleanType, describeType, doubleType, familyOf, literal, value } from './value.ts';
import type { Value } from './value.ts';

const { SyntaxKind } = ts;

/** `a + b`, `a === b`, `a && b`, `a ?? b` and their like. */
export function lowerBinary(node: ts.BinaryExpression, frame: Frame, context: LambdaContext): Value {
  const { left, right } = node;
  const both = (): [Value, Value] =>
    context.all([() => valueOf(left, frame, context), () => valueOf(right, frame, context)]) as [
      Value,
      Value,
    ];
  switch (node.operatorToken.kind) {
    case SyntaxKind.EqualsEqualsEqualsToken:
    case SyntaxKind.ExclamationEqualsEqualsToken:
    case SyntaxKind.EqualsEqualsToken:
    case SyntaxKind.ExclamationEqualsToken:
      return lowerEquality(node, frame, context);
    case SyntaxKind.LessThanToken:
    case SyntaxKind.LessThanEqualsToken:
    case SyntaxKind.GreaterThanToken:
    case SyntaxKind.GreaterThanEqualsToken:
      return lowerOrder(node, ...both(), context);
    case SyntaxKind.AmpersandAmpersandToken:
    case SyntaxKind.BarBarToken:
      return lowerLogic(node, frame, context);
    case SyntaxKind.QuestionQuestionToken:
      return coalesce(...both(), node, context);
    case SyntaxKind.PlusToken:
      return lowerPlus(node, ...both(), context);
    case SyntaxKind.MinusToken:
      return arithmetic(node, '-', ...both(), context);
    case SyntaxKind.AsteriskToken:
      return arithmetic(node, '*', ...both(), context);
    case SyntaxKind.SlashToken:
      return arithmetic(node, '/', ...both(), context);
    case SyntaxKind.PercentToken:
      return lowerRemainder(node, ...both(), context);
  }
  return refuseOperator(node, context);
}

function lowerOrder(node: ts.BinaryExpression, left: Value, right: Value, context: LambdaContext): Value {
  const operator = node.operatorToken.getText() as CompareOperator;
  for (const [side, { expr }] of [[node.left, left] as const, [node.right, right] as const]) {
    const family = familyOf(expr.type);
    if (family === 'text') return context.refuse(node, 'SK213', { operator });
    if (family === 'boolean')
      return context.refuse(side, 'SK208', { operator, type: describeType(expr.type) });
    if (expr.nullable) return context.refuse(side, 'SK209', { what: side.getText() });
  }
  return compare(node, operator, left, right, context);
}

export function compare(
  node: ts.Node,
  operator: CompareOperator,
  left: Value,
  right: Value,
  context: LambdaContext,
): Value {
  if (familyOf(left.expr.type) !== familyOf(right.expr.type)) {
    const params = { left: describeType(left.expr.type), right: describeType(right.expr.type) };
    return context.refuse(node, 'SK211', params);
  }
  const expr: Expr = {
    kind: 'compare',
    operator,
    left: left.expr,
    right: right.expr,
    type: booleanType,
    nullable: false,
  };
  return value(expr);
}

/**
 * The left side decides, so it is a condition. The right may be null: then the choice is spelt out. Where no row
 * comes to the right, it is left out if it cannot be lowered.
 */
function lowerLogic(node: ts.BinaryExpression, frame: Frame, context: LambdaContext): Value {
  const operator = node.operatorToken.kind === SyntaxKind.AmpersandAmpersandToken ? '&&' : '||';
  const decisive = operator === '||';
  const lowerRight = (): Value => valueOf(node.right, frame, context);
  let isDecided = false;
  const [left, right] = context.all<Expr | Value | null>([
    () => {
      const lowered = conditionOf(node.left, frame, context);
      isDecided = decisionOf(lowered) === decisive;
      return lowered;
    },
    () => (isDecided ? context.unreachable(lowerRight) : lowerRight()),
  ]) as [Expr, Value | null];
  const decided = value(literal(decisive));
  if (right === null) return decided;
  if (right.expr.type.kind === 'boolean' && !right.expr.nullable) {
    return value({ kind: 'logic', operator, left, right: right.expr, type: booleanType, nullable: false });
  }
  const join = (): Value =>
    operator === '&&'
      ? choose(left, right, decided, node, context)
      : choose(left, decided, right, node, context);
  return isDecided ? (context.unreachable(join) ?? decided) : join();
}

function lowerPlus(node: ts.BinaryExpression, left: Value, right: Value, context: LambdaContext): Value {
  const text = [left, right].some(side => familyOf(side.expr.type) === 'text');
  if (!text) return arithmetic(node, '+', left, right, context);
  return templateOf(
    [
      { value: left, node: node.left },
      { value: right, node: node.right },
    ],
    context,
  );
}

function arithmetic(
  node: ts.BinaryExpression,
  operator: ArithmeticExpr['operator'],
  left: Value,
  right: Value,
  context: LambdaContext,
): Value {
  context.all([
    () => requireNumber(node.left, operator, left, context),
    () => requireNumber(node.right, operator, right, context),
  ]);
  return value(arithmeticOf(operator, left.expr, right.expr));
}

export function arithmeticOf(operator: ArithmeticExpr['operator'], left: Expr, right: Expr): ArithmeticExpr {
  const nullable = left.nullable || right.nullable;
  return { kind: 'arithmetic', operator, left, right, type: doubleType, nullable };
}

export function requireNumber(
  node: ts.Node,
  operator: string,
  { expr }: Value,
  context: LambdaContext,
): void {
  if (expr.type.kind === 'bigint') context.refuse(node, 'SK222', { operator });
  if (familyOf(expr.type) !== 'number') {
    context.refuse(node, 'SK208', { operator, type: describeType(expr.type) });
  }
  if (expr.nullable) context.refuse(node, 'SK209', { what: node.getText() });
}

/** Whole numbers of magnitude below 2^53: what the types promise, never what a computation happens to yield. */
function lowerRemainder(node: ts.BinaryExpression, left: Value, right: Value, context: LambdaContext): Value {
  const lowered = arithmetic(node, '%', left, right, context);
  for (const [side, { expr }] of [[node.left, left] as const, [node.right, right] as const]) {
    if (expr.type.kind === 'int' || expr.type.kind === 'timestamp') continue;
    const type = expr.type.kind === 'decimal' ? 'a decimal' : 'a double';
    return context.refuse(side, 'SK221', { type });
  }
  return lowered;
}

function refuseOperator(node: ts.BinaryExpression, context: LambdaContext): never {
  const { kind } = node.operatorToken;
  if (kind === SyntaxKind.AsteriskAsteriskToken) {
    const instead = 'pow(x, y) of skewless is one kernel on every side; for a small whole power multiply';
    return context.refuse(node, 'SK215', { name: '**', instead });
  }
  if (kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment) {
    return context.refuse(node, 'SK203', mutation);
  }
  switch (kind) {
    case SyntaxKind.CommaToken:
      return context.refuse(node, 'SK203', {
        what: 'the comma operator',
        instead: 'the last of its operands',
      });
    case SyntaxKind.InKeyword:
      return context.refuse(node, 'SK203', {
        what: '`in`',
        instead: 'test the member for null: `x !== null`',
      });
    case SyntaxKind.InstanceOfKeyword:
      return context.refuse(node, 'SK203', { what: '`instanceof`', instead: 'a column has one type' });
    case SyntaxKind.AmpersandToken:
    case SyntaxKind.BarToken:
    case SyntaxKind.CaretToken:
    case SyntaxKind.LessThanLessThanToken:
    case SyntaxKind.GreaterThanGreaterThanToken:
    case SyntaxKind.GreaterThanGreaterThanGreaterThanToken:
      return context.refuse(node, 'SK203', bitwise);
  }
  return refuseSyntax(node, context);
}
