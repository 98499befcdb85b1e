import type { ts } from 'ts-morph';
import type { Expr, FunctionName } from '../../ir/expr.ts';
import { valueOf } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { isTrivial, value } from './value.ts';
import type { Value } from './value.ts';

/** Gives an expression a name where it is used more than once, unless it is as short as one. */
export function nameIt(
  expr: Expr,
  wanted: string,
  context: LambdaContext,
): { readonly use: Expr; readonly wrap: (body: Expr) => Expr } {
  if (isTrivial(expr)) return { use: expr, wrap: body => body };
  const name = context.freshName(wanted);
  const { type, nullable } = expr;
  return {
    use: { kind: 'local', name, type, nullable },
    wrap: body => ({ kind: 'let', name, value: expr, body, type: body.type, nullable: body.nullable }),
  };
}

/** The arguments of a call, each a value. */
export function argumentsOf(node: ts.CallExpression, frame: Frame, context: LambdaContext): Value[] {
  return context.all(node.arguments.map(argument => () => valueOf(argument, frame, context)));
}

export function call(name: FunctionName, args: readonly Value[], type: Expr['type']): Value {
  return value({ kind: 'call', function: name, args: args.map(({ expr }) => expr), type, nullable: false });
}
