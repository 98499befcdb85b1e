import { ts } from 'ts-morph';
import { columnOf } from '../../../dsl/index.ts';
import type { AnyLambda } from '../../../dsl/index.ts';
import type { Span } from '../../diagnostics/index.ts';
import type { Expr } from '../../ir/expr.ts';
import type { Scope } from '../scope.ts';
import { asValue } from './expression.ts';
import { requirePlainFunction } from './inline.ts';
import { LambdaContext, Refused } from './lowering.ts';
import type { Frame, Lowering } from './lowering.ts';
import { bind } from './patterns.ts';
import { lowerBody } from './statements.ts';
import { timestampType, value } from './value.ts';
import type { FunctionNode, Place } from './value.ts';

/**
 * Lowers a lambda, whole; null where it was refused, which the report says.
 * @param at what to point at where the lambda has no syntax to point at
 */
export function lowerLambda(
  lambda: AnyLambda,
  scope: Scope,
  lowering: Lowering,
  at: Span | null,
): Expr | null {
  const context = new LambdaContext(lowering, scope);
  try {
    return lowered(lambda, context, lowering, at);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function lowered(
  lambda: AnyLambda,
  context: LambdaContext,
  lowering: Lowering,
  at: Span | null,
): Expr | null {
  const given: unknown = lambda;
  if (typeof given !== 'function') {
    lowering.report.add('SK200', at, { name: `\`${String(given)}\`, which is no function,` });
    return null;
  }
  const site = lowering.registry.siteOf(lambda);
  if (site?.captured === undefined) {
    const column = columnOf.get(lambda);
    if (column !== undefined && context.scope.kind === 'row') return readColumn(column, context.scope);
    lowering.report.add('SK200', at, { name: `the function '${lambda.name}'` });
    return null;
  }
  const node = site.node as FunctionNode;
  context.inlining.push({ identity: lambda, call: null });
  requirePlainFunction(node, context);
  const frame: Frame = { bindings: new Map(), captured: site.captured(), outer: null };
  const places = parametersOf(context.scope);
  node.parameters.forEach((parameter, index) => {
    const place = places[index];
    if (
      parameter.dotDotDotToken !== undefined ||
      parameter.initializer !== undefined ||
      place === undefined
    ) {
      context.refuse(parameter, 'SK233', {
        what: place === undefined ? 'a parameter that is given nothing' : 'this parameter',
        instead: context.scope.kind === 'derived' ? 'a derived lambda is `(f, t) => …`' : 'write `e => …`',
      });
    } else {
      bind(parameter.name, place, frame, context);
    }
  });
  return asValue(lowerBody(node, frame, context), node, context).expr;
}

/** What a lambda is called with. */
function parametersOf(scope: Scope): readonly Place[] {
  if (scope.kind !== 'derived') return [{ kind: 'row' }];
  return [{ kind: 'features' }, value({ kind: 'instant', type: timestampType, nullable: false })];
}

/** A reader that `v.row(table, …)` made: a column and nothing else. */
function readColumn(name: string, scope: Extract<Scope, { kind: 'row' }>): Expr | null {
  const column = scope.columns.find(candidate => candidate.name === name);
  return column === undefined
    ? null
    : { kind: 'column', path: [name], type: column.type, nullable: column.nullable };
}

/** The function a lambda was written as; null for one without syntax. */
export function syntaxOf(lambda: AnyLambda, { registry }: Lowering): FunctionNode | null {
  const node = registry.siteOf(lambda)?.node;
  return node !== undefined && ts.isFunctionLike(node) ? (node as FunctionNode) : null;
}
