import type { ts } from 'ts-morph';
import { isStorableText } from '../../../kernels/text.ts';
import type { LambdaContext } from './lowering.ts';
import { literal, value } from './value.ts';
import type { Value } from './value.ts';

/**
 * A constant of the author's as a value. What PostgreSQL cannot hold is in no row either: JavaScript would compare
 * it as false for ever, SQL would raise or take it for another.
 */
export function constantOf(
  constant: string | number | boolean | bigint,
  node: ts.Node,
  context: LambdaContext,
): Value {
  if (typeof constant === 'string') requireStorable(constant, node, context);
  if (typeof constant === 'bigint' && constant !== BigInt.asIntN(64, constant)) {
    context.refuse(node, 'SK234', { what: `${constant} is beyond the 64 bits of a bigint` });
  }
  return value(literal(constant));
}

export function requireStorable(text: string, node: ts.Node, context: LambdaContext): void {
  if (isStorableText(text)) return;
  const what = text.includes('\0') ? 'the character NUL' : 'half of a surrogate pair';
  context.refuse(node, 'SK234', { what: `this text holds ${what}` });
}
