import { ts } from 'ts-morph';
import type { Expr, FunctionName } from '../../ir/expr.ts';
import { argumentsOf, call, nameIt } from './arguments.ts';
import { insteadOfMember } from './globals.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { booleanType, describeType, familyOf, literal, textType, value } from './value.ts';
import type { Value } from './value.ts';

const textMethods: Readonly<Partial<Record<string, FunctionName>>> = {
  startsWith: 'startsWith',
  endsWith: 'endsWith',
  includes: 'includes',
  trim: 'trim',
};

/** A method of text. In a chain of `?.` the receiver may be absent: then so is the result. */
export function lowerMethod(
  receiver: Value,
  method: string,
  callee: ts.PropertyAccessExpression,
  node: ts.CallExpression,
  frame: Frame,
  context: LambdaContext,
): Value {
  const name = familyOf(receiver.expr.type) === 'text' ? textMethods[method] : undefined;
  if (name === undefined) {
    const of = describeType(receiver.expr.type);
    return context.refuse(callee.name, 'SK214', {
      member: `.${method}()`,
      of,
      instead: insteadOfMember(method),
    });
  }
  const args = argumentsOf(node, frame, context);
  const expected = name === 'trim' ? 0 : 1;
  if (args.length !== expected) {
    return context.refuse(node, 'SK214', {
      member: `.${method}()`,
      of: `text, with ${args.length} arguments,`,
      instead: 'textSlice(text, start) of skewless cuts the text first',
    });
  }
  args.forEach((argument, index) => {
    const at = node.arguments[index]!;
    if (familyOf(argument.expr.type) !== 'text') {
      context.refuse(at, 'SK211', { left: 'text', right: describeType(argument.expr.type) });
    }
    if (argument.expr.nullable) context.refuse(at, 'SK209', { what: at.getText() });
  });
  const type = name === 'trim' ? textType : booleanType;
  if (!receiver.expr.nullable) return call(name, [receiver, ...args], type);
  if ((node.flags & ts.NodeFlags.OptionalChain) === 0) {
    return context.refuse(callee.expression, 'SK209', { what: callee.expression.getText() });
  }
  const named = nameIt(receiver.expr, 'text', context);
  const present = call(name, [value(named.use, 'never'), ...args], type);
  const chosen: Expr = {
    kind: 'conditional',
    condition: { kind: 'is-null', value: named.use, not: false, type: booleanType, nullable: false },
    then: { ...literal(null), type },
    otherwise: present.expr,
    type,
    nullable: true,
  };
  return value(named.wrap(chosen), 'undefined');
}
