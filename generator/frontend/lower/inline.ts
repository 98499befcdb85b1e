import { ts } from 'ts-morph';
import type { Expr } from '../../ir/expr.ts';
import type { Captured } from '../loader/registry.ts';
import { asValue, place } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { absenceOfType } from './narrow.ts';
import { bind } from './patterns.ts';
import type { Let } from './patterns.ts';
import { lowerBody } from './statements.ts';
import { intersect, literal, value, within } from './value.ts';
import type { FunctionNode, Place } from './value.ts';

/** Deeper nesting of calls than any text has: a chain of factories that makes new functions without end. */
const MAX_DEPTH = 100;

/**
 * A call of a function of the user's: its body, with the arguments bound. Rows, lists and functions are passed
 * as they are, values by `let`.
 * @param identity tells this function from others of the same text
 * @param around the frame it was written in, for a function inside the lambda
 * @param captured its free variables, for one outside
 */
export function inline(
  node: FunctionNode,
  identity: object,
  around: Frame | null,
  captured: (() => Captured) | null,
  call: ts.CallExpression,
  frame: Frame,
  context: LambdaContext,
): Place {
  const name = `\`${call.expression.getText()}\``;
  const recursive = context.inlining.some(outer => outer.identity === identity);
  if (recursive || context.inlining.length > MAX_DEPTH) return context.refuse(call, 'SK226', { name });
  const args = context.all(call.arguments.map(argument => () => place(argument, frame, context)));
  node.parameters.forEach((parameter, index) => {
    checkArgument(parameter, args[index], call.arguments[index], context);
  });
  context.inlining.push({ identity, call });
  try {
    requirePlainFunction(node, context);
    const own: Frame = {
      bindings: new Map(),
      captured: around?.captured ?? captured?.() ?? {},
      outer: around,
    };
    const lets: Let[] = [];
    node.parameters.forEach((parameter, index) => {
      lets.push(...bindParameter(parameter, args[index], own, context));
    });
    return wrapInLets(lets, lowerBody(node, own, context), call, context);
  } finally {
    context.inlining.pop();
  }
}

function bindParameter(
  parameter: ts.ParameterDeclaration,
  argument: Place | undefined,
  own: Frame,
  context: LambdaContext,
): readonly Let[] {
  if (parameter.dotDotDotToken !== undefined) {
    return context.refuse(parameter, 'SK233', { what: 'a rest parameter', instead: 'name each parameter' });
  }
  if (argument !== undefined) return bind(parameter.name, argument, own, context);
  const missing =
    parameter.initializer === undefined
      ? value(literal(null), 'undefined')
      : place(parameter.initializer, own, context);
  return bind(parameter.name, missing, own, context);
}

/** TypeScript checks arguments, but lets a method pass for one that takes less than it is declared to. */
function checkArgument(
  parameter: ts.ParameterDeclaration,
  argument: Place | undefined,
  at: ts.Expression | undefined,
  context: LambdaContext,
): void {
  if (argument === undefined || at === undefined) return;
  if (argument.kind === 'list') asValue(argument, at, context);
  if (argument.kind !== 'value' && argument.kind !== 'image') return;
  const { initializer, questionToken } = parameter;
  if (initializer !== undefined && intersect(argument.absence, 'undefined') !== 'never') {
    context.refuse(at, 'SK212', { instead: `make it null first: \`${at.getText()} ?? null\`` });
  }
  const declared = absenceOfType(context.checker.getTypeAtLocation(parameter), context.checker);
  if (within(argument.absence, declared)) return;
  if (questionToken !== undefined && argument.absence === 'undefined') return;
  context.refuse(at, 'SK209', { what: `\`${at.getText()}\`` });
}

/** No promise, no generator, and no claim about types that is not inferred. */
export function requirePlainFunction(node: FunctionNode, context: LambdaContext): void {
  context.refuseBroken(node);
  const at = node.name ?? node;
  const name = node.name === undefined ? 'this function' : `\`${node.name.getText()}\``;
  if (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)) {
    context.refuse(at, 'SK201', { what: 'a promise' });
  }
  if (node.asteriskToken !== undefined) context.refuse(at, 'SK201', { what: 'a generator' });
  if (node.type !== undefined && ts.isTypePredicateNode(node.type)) {
    context.refuse(node.type, 'SK232', { name, what: 'a type predicate' });
  }
  const symbol = node.name && context.checker.getSymbolAtLocation(node.name);
  if ((symbol?.declarations?.length ?? 0) > 1) context.refuse(at, 'SK232', { name, what: 'overloads' });
}

/** Names what was computed around what uses it. What is no value uses nothing, or could not be wrapped. */
export function wrapInLets(lets: readonly Let[], body: Place, node: ts.Node, context: LambdaContext): Place {
  if (lets.length === 0) return body;
  const { expr: inner, absence } = asValue(body, node, context);
  const expr = lets.reduceRight<Expr>(
    (within, { name, value: bound }) => ({
      kind: 'let',
      name,
      value: bound,
      body: within,
      type: within.type,
      nullable: within.nullable,
    }),
    inner,
  );
  return value(expr, absence);
}
