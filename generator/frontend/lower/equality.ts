import { ts } from 'ts-morph';
import type { Expr } from '../../ir/expr.ts';
import { asValue, place } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { compare } from './operators.ts';
import { booleanType, columnExpr, literal, value, within } from './value.ts';
import type { Absence, Place, Value } from './value.ts';

/**
 * `===`, `!==`, `==`, `!=`. In the tree null equals null alone, as with `==`; strict equality is lowered where it
 * cannot be told from that, and `null === undefined` is where it could.
 */
export function lowerEquality(node: ts.BinaryExpression, frame: Frame, context: LambdaContext): Value {
  const { kind } = node.operatorToken;
  const strict =
    kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
  const not =
    kind === ts.SyntaxKind.ExclamationEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsToken;
  const [left, right] = context.all([
    () => place(node.left, frame, context),
    () => place(node.right, frame, context),
  ]) as [Place, Place];
  const nullRight = nullLiteral(right);
  if (nullRight !== null) return isNullTest(left, nullRight, strict, not, node, node.left, context);
  const nullLeft = nullLiteral(left);
  if (nullLeft !== null) return isNullTest(right, nullLeft, strict, not, node, node.right, context);
  const a = asValue(left, node.left, context);
  const b = asValue(right, node.right, context);
  if (strict && a.absence !== 'never' && b.absence !== 'never') {
    const same = a.absence === b.absence && a.absence !== 'either';
    if (!same) {
      const side = a.absence === 'null' ? node.right : node.left;
      return context.refuse(node, 'SK212', {
        instead: `make it null first: \`(${side.getText()} ?? null)\``,
      });
    }
  }
  return compare(node, not ? '!==' : '===', a, b, context);
}

/** What absent literal a place is: null, or undefined; else no answer. */
function nullLiteral(candidate: Place): Absence | null {
  const isNull =
    candidate.kind === 'value' && candidate.expr.kind === 'literal' && candidate.expr.value === null;
  return isNull ? candidate.absence : null;
}

function isNullTest(
  tested: Place,
  absence: Absence,
  strict: boolean,
  not: boolean,
  node: ts.BinaryExpression,
  side: ts.Expression,
  context: LambdaContext,
): Value {
  if (tested.kind === 'constant' || tested.kind === 'function' || tested.kind === 'array') {
    return value(literal(not));
  }
  const candidate = tested.kind === 'image' ? tested : asValue(tested, side, context);
  const isOther = candidate.absence === 'null' || candidate.absence === 'undefined';
  if (strict && nullLiteral(candidate) !== null && isOther && candidate.absence !== absence) {
    return value(literal(not));
  }
  if (strict && candidate.absence !== 'never' && !within(candidate.absence, absence)) {
    const operator = not ? '!=' : '==';
    return context.refuse(node, 'SK212', {
      instead: `\`${side.getText()} ${operator} null\` holds of both`,
    });
  }
  const operand = candidate.kind === 'image' ? imageMark(candidate.side, side, context) : candidate.expr;
  return value({ kind: 'is-null', value: operand, not, type: booleanType, nullable: false });
}

/** An image is there where a column of it is that no row has null. */
function imageMark(side: 'before' | 'after', node: ts.Node, context: LambdaContext): Expr {
  const columns = context.scope.kind === 'change' ? context.scope.columns : [];
  const mark = columns.find(({ nullable }) => !nullable);
  if (mark === undefined) return context.refuse(node, 'SK228', { what: `the row \`${side}\`` });
  return columnExpr([side, mark.name], mark.type, true);
}
