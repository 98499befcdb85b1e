import { ts } from 'ts-morph';
import { conditionOf } from './conditions.ts';
import { constantOf } from './constant.ts';
import { bigintOf, valueOf } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { requireNumber } from './operators.ts';
import { booleanType, doubleType, literal, value } from './value.ts';
import type { Value } from './value.ts';

const { SyntaxKind } = ts;

export const bitwise = {
  what: 'a bitwise operator',
  instead: 'arithmetic on int columns, or a column for each flag',
};
export const mutation = { what: 'an assignment', instead: 'a const with the new value' };

/** `!x`, `-x`. */
export function lowerPrefix(node: ts.PrefixUnaryExpression, frame: Frame, context: LambdaContext): Value {
  switch (node.operator) {
    case SyntaxKind.ExclamationToken: {
      const operand = conditionOf(node.operand, frame, context);
      return value({ kind: 'not', value: operand, type: booleanType, nullable: false });
    }
    case SyntaxKind.MinusToken:
      return lowerNegation(node, frame, context);
    case SyntaxKind.PlusToken:
      return context.refuse(node, 'SK203', {
        what: 'unary `+`',
        instead: 'numbers are numbers already; `x ? 1 : 0` makes one of a boolean',
      });
    case SyntaxKind.TildeToken:
      return context.refuse(node, 'SK203', bitwise);
    default:
      return context.refuse(node, 'SK203', mutation);
  }
}

/** The exact type of a negated column is given where the lambda is an aggregate's input, see `input.ts`. */
function lowerNegation(node: ts.PrefixUnaryExpression, frame: Frame, context: LambdaContext): Value {
  if (ts.isBigIntLiteral(node.operand)) return constantOf(-bigintOf(node.operand), node, context);
  const operand = valueOf(node.operand, frame, context);
  const { expr } = operand;
  if (expr.kind === 'literal' && (typeof expr.value === 'number' || typeof expr.value === 'bigint')) {
    return value(literal(-expr.value));
  }
  requireNumber(node.operand, '-', operand, context);
  return value({ kind: 'negate', value: expr, type: doubleType, nullable: false });
}
