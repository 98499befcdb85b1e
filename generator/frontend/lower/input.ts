import { ts } from 'ts-morph';
import type { AnyLambda } from '../../../dsl/index.ts';
import type { Span } from '../../diagnostics/index.ts';
import type { Expr } from '../../ir/expr.ts';
import type { Scope } from '../scope.ts';
import { joinTypes, leavesOf, retype } from './branches.ts';
import { lowerLambda, syntaxOf } from './lambda.ts';
import type { Lowering } from './lowering.ts';
import { arithmeticOf } from './operators.ts';
import { isTypeOnly } from './statements.ts';
import { literal } from './value.ts';
import type { FunctionNode } from './value.ts';

/**
 * Lowers the input of an aggregate, a number of its exact type (semantics §10.2): int or decimal where the
 * lambda, read by itself, is a column, its negation, a literal, or `?:` and `??` of such; else a double.
 */
export function lowerInput(
  lambda: AnyLambda,
  scope: Scope,
  lowering: Lowering,
  at: Span | null,
): Expr | null {
  const expr = lowerLambda(lambda, scope, lowering, at);
  if (
    expr === null ||
    (expr.type.kind !== 'int' && expr.type.kind !== 'decimal' && expr.type.kind !== 'double')
  ) {
    return expr;
  }
  const syntax = syntaxOf(lambda, lowering);
  const exact = withExactType(expr);
  if (syntax === null || isExact(syntax, isNumber)) return exact;
  // Beside a double the input is one either way.
  if (exact.type.kind !== 'double' && refusedForMember(syntax, lowering)) return null;
  return asDouble(expr);
}

/**
 * Whether nothing but members of enums keeps the input from being exact. Some compilers write their numbers into the
 * lambda that runs, which is what `given` reads the exact type off (semantics §10.2), and some do not.
 */
function refusedForMember(syntax: FunctionNode, lowering: Lowering): boolean {
  let member: ts.Expression | null = null;
  const isNumberOrMember = (node: ts.Expression): boolean => {
    if (isNumber(node)) return true;
    if (!isEnumMember(node, lowering)) return false;
    member ??= node;
    return true;
  };
  if (!isExact(syntax, isNumberOrMember) || member === null) return false;
  const node = member as ts.Expression;
  lowering.report.add('SK236', lowering.spanOf(node), { member: node.getText() });
  return true;
}

function isEnumMember(node: ts.Expression, lowering: Lowering): boolean {
  if (isNegation(node)) return isEnumMember(executed(node.operand), lowering);
  const symbol = lowering.checker.getSymbolAtLocation(
    ts.isElementAccessExpression(node) ? node.argumentExpression : node,
  );
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.EnumMember) !== 0;
}

/** Negations of columns keep the column's type; what chooses between them has the type they join to. */
function withExactType(expr: Expr): Expr {
  const negated = withNegations(expr);
  const type = joinTypes(leavesOf(negated));
  return 'left' in type ? negated : retype(negated, type);
}

function withNegations(expr: Expr): Expr {
  switch (expr.kind) {
    case 'conditional':
      return { ...expr, then: withNegations(expr.then), otherwise: withNegations(expr.otherwise) };
    case 'coalesce':
      return { ...expr, value: withNegations(expr.value), otherwise: withNegations(expr.otherwise) };
    case 'negate': {
      const { kind } = expr.value.type;
      return kind === 'int' || kind === 'decimal' ? { ...expr, type: expr.value.type } : expr;
    }
    default:
      return expr;
  }
}

/** The same number as a double: `x - 0` changes no double, −0 and NaN included. */
function asDouble(expr: Expr): Expr {
  if (expr.type.kind === 'double') return expr;
  if (expr.kind === 'literal') return { ...expr, type: { kind: 'double' } };
  return arithmeticOf('-', expr, literal(0));
}

/** Whether an expression counts as a number literal. */
type IsConstant = (node: ts.Expression) => boolean;

/** An expression body, or a block that is one `return`: what is erased before it runs has no part in it. */
function isExact(lambda: FunctionNode, isConstant: IsConstant): boolean {
  const { body } = lambda;
  const [parameter] = lambda.parameters;
  if (body === undefined) return false;
  if (!ts.isBlock(body)) return isExactExpression(body, parameter, isConstant);
  const [statement, ...others] = body.statements.filter(isExecuted);
  if (statement === undefined || others.length > 0 || !ts.isReturnStatement(statement)) return false;
  return statement.expression !== undefined && isExactExpression(statement.expression, parameter, isConstant);
}

function isExecuted(statement: ts.Statement): boolean {
  return !ts.isEmptyStatement(statement) && !isTypeOnly(statement);
}

function isExactExpression(
  written: ts.Expression,
  row: ts.ParameterDeclaration | undefined,
  isConstant: IsConstant,
): boolean {
  const node = executed(written);
  const again = (inner: ts.Expression): boolean => isExactExpression(inner, row, isConstant);
  if (ts.isConditionalExpression(node)) return again(node.whenTrue) && again(node.whenFalse);
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind === ts.SyntaxKind.QuestionQuestionToken && again(node.left) && again(node.right);
  }
  return (
    isConstant(node) ||
    (isNegation(node) && isColumn(executed(node.operand), row)) ||
    node.kind === ts.SyntaxKind.NullKeyword ||
    (ts.isIdentifier(node) && node.text === 'undefined') ||
    isColumn(node, row)
  );
}

/** What JavaScript runs of it: without parentheses and `satisfies`. */
function executed(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node)
    ? executed(node.expression)
    : node;
}

/** A number literal, negated or not. */
function isNumber(node: ts.Expression): boolean {
  return ts.isNumericLiteral(node) || (isNegation(node) && isNumber(executed(node.operand)));
}

function isNegation(node: ts.Expression): node is ts.PrefixUnaryExpression {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken;
}

/** `e.x`, `e['x']`, `c.after?.x`, or `x` of `({ x }) => …`. */
function isColumn(node: ts.Expression, row: ts.ParameterDeclaration | undefined): boolean {
  if (row === undefined) return false;
  if (ts.isIdentifier(node)) return ts.isObjectBindingPattern(row.name) && names(row.name, node.text);
  if (ts.isPropertyAccessExpression(node)) return isRow(executed(node.expression), row);
  return (
    ts.isElementAccessExpression(node) &&
    ts.isStringLiteralLike(executed(node.argumentExpression)) &&
    isRow(executed(node.expression), row)
  );
}

function isRow(node: ts.Expression, row: ts.ParameterDeclaration): boolean {
  if (ts.isIdentifier(node)) {
    if (ts.isIdentifier(row.name)) return row.name.text === node.text;
    return ts.isObjectBindingPattern(row.name) && names(row.name, node.text);
  }
  return (
    ts.isPropertyAccessExpression(node) &&
    (node.name.text === 'before' || node.name.text === 'after') &&
    isRow(executed(node.expression), row)
  );
}

function names(pattern: ts.ObjectBindingPattern, name: string): boolean {
  return pattern.elements.some(element =>
    ts.isIdentifier(element.name)
      ? element.name.text === name
      : 'elements' in element.name && names(element.name as ts.ObjectBindingPattern, name),
  );
}
