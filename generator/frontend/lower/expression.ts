import { ts } from 'ts-morph';
import type { ParamsOf } from '../../diagnostics/index.ts';
import { lowerAccess } from './access.ts';
import { lowerCall } from './calls.ts';
import { constantOf } from './constant.ts';
import { lowerIdentifier } from './captured.ts';
import { lowerConditional } from './conditions.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { lowerBinary } from './operators.ts';
import { lowerPrefix } from './prefix.ts';
import { lowerTemplate } from './template.ts';
import { literal, value } from './value.ts';
import type { Place, Value } from './value.ts';

/** What an expression stands for. Whatever has no case here is refused. */
export function place(node: ts.Expression, frame: Frame, context: LambdaContext): Place {
  if (ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node)) {
    return place(node.expression, frame, context);
  }
  if (ts.isIdentifier(node)) return lowerIdentifier(node, frame, context);
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    return lowerAccess(node, frame, context);
  }
  if (ts.isStringLiteralLike(node)) return constantOf(node.text, node, context);
  if (ts.isNumericLiteral(node)) return lowerNumber(Number(node.text), node, context);
  if (ts.isBigIntLiteral(node)) return constantOf(bigintOf(node), node, context);
  if (ts.isBinaryExpression(node)) return lowerBinary(node, frame, context);
  if (ts.isConditionalExpression(node)) return lowerConditional(node, frame, context);
  if (ts.isPrefixUnaryExpression(node)) return lowerPrefix(node, frame, context);
  if (ts.isCallExpression(node)) return lowerCall(node, frame, context);
  if (ts.isTemplateExpression(node)) return lowerTemplate(node, frame, context);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { kind: 'function', node, frame };
  if (ts.isArrayLiteralExpression(node)) return { kind: 'array', node, frame };
  if (ts.isAsExpression(node) && ts.isConstTypeReference(node.type))
    return place(node.expression, frame, context);
  if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) return context.refuse(node, 'SK204', {});
  if (ts.isNonNullExpression(node)) return context.refuse(node, 'SK205', {});
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return value(literal(true));
    case ts.SyntaxKind.FalseKeyword:
      return value(literal(false));
    case ts.SyntaxKind.NullKeyword:
      return value(literal(null), 'null');
  }
  return refuseSyntax(node, context);
}

/** `(x)` and `x` are one. */
export function withoutParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node;
}

/** An expression that must be a value. */
export function valueOf(node: ts.Expression, frame: Frame, context: LambdaContext): Value {
  return asValue(place(node, frame, context), node, context);
}

/** What `node` stands for, as a value. */
export function asValue(found: Place, node: ts.Node, context: LambdaContext): Value {
  switch (found.kind) {
    case 'value':
      return found;
    case 'row':
      return context.refuse(node, 'SK228', {
        what: context.scope.kind === 'change' ? 'the change' : 'the row',
      });
    case 'image':
      return context.refuse(node, 'SK228', { what: `the row \`${found.side}\`` });
    case 'features':
      return context.refuse(node, 'SK228', { what: 'the record of features' });
    case 'list':
      return context.refuse(node, 'SK229', { name: found.name });
    case 'constant':
      return context.refuse(node, 'SK223', {
        name: found.name,
        what:
          typeof found.value === 'function'
            ? 'a function'
            : Array.isArray(found.value)
              ? 'a list'
              : 'a record',
      });
    case 'function':
      return context.refuse(node, 'SK203', {
        what: 'a function as a value',
        instead: 'call it where it stands, or give it a name with const and call that',
      });
    case 'array':
      return context.refuse(node, 'SK203', {
        what: 'a list',
        instead:
          "a lambda yields one value; a list may only be asked what it holds: `['a', 'b'].includes(x)`",
      });
  }
}

/** TypeScript has taken underscores and other bases out of the text. */
export function bigintOf(node: ts.BigIntLiteral): bigint {
  return BigInt(node.text.slice(0, -1));
}

function lowerNumber(number: number, node: ts.Node, context: LambdaContext): Value {
  if (!Number.isFinite(number)) return context.refuse(node, 'SK231', { value: node.getText() });
  return value(literal(number));
}

type Refusal = ParamsOf<'SK203'>;

const refusals: Readonly<Partial<Record<ts.SyntaxKind, Refusal>>> = {
  [ts.SyntaxKind.RegularExpressionLiteral]: {
    what: 'a regular expression',
    instead: 'startsWith, endsWith and includes test text; a pattern is for the schema: z.string().regex(…)',
  },
  [ts.SyntaxKind.ObjectLiteralExpression]: { what: 'a record', instead: 'a lambda yields one value' },
  [ts.SyntaxKind.AwaitExpression]: { what: '`await`', instead: 'a lambda sees the row alone' },
  [ts.SyntaxKind.YieldExpression]: { what: '`yield`', instead: 'a lambda yields one value' },
  [ts.SyntaxKind.TypeOfExpression]: {
    what: '`typeof`',
    instead: 'a column has one type: test it for null, `x !== null`',
  },
  [ts.SyntaxKind.VoidExpression]: { what: '`void`', instead: 'write null' },
  [ts.SyntaxKind.DeleteExpression]: { what: '`delete`', instead: 'a lambda changes nothing' },
  [ts.SyntaxKind.ThisKeyword]: { what: '`this`', instead: 'capture a const' },
  [ts.SyntaxKind.TaggedTemplateExpression]: { what: 'a tagged template', instead: 'a plain template' },
  [ts.SyntaxKind.ClassExpression]: { what: 'a class', instead: 'a function' },
  [ts.SyntaxKind.PostfixUnaryExpression]: {
    what: 'a change of a variable',
    instead: 'a const with the new value',
  },
  [ts.SyntaxKind.SpreadElement]: { what: 'a spread', instead: 'write the arguments out' },
};

export function refuseSyntax(node: ts.Node, context: LambdaContext): never {
  if (ts.isNewExpression(node)) {
    const name = node.expression.getText();
    if (name === 'Date') {
      return context.refuse(node, 'SK216', {
        what: '`new Date`',
        instead:
          'an instant is a number of µs: `e.event_time`, `t` of a derived lambda, hourOfDay(t, zone) and its like',
      });
    }
    return context.refuse(node, 'SK203', { what: `\`new ${name}\``, instead: 'a lambda makes no objects' });
  }
  const known = refusals[node.kind];
  return context.refuse(node, 'SK203', known ?? { what: 'this syntax', instead: 'an expression of the row' });
}
