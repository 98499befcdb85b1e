import { ts } from 'ts-morph';
import type { LiteralExpr } from '../../ir/expr.ts';
import { placeOfConstant } from './captured.ts';
import { valueOf } from './expression.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { booleanType, describeType, familyOf, value } from './value.ts';
import type { Place, Value } from './value.ts';

/** `['a', 'b'].includes(x)`, `TYPES.includes(x)`. */
export function lowerIncludes(
  list: Place,
  node: ts.CallExpression,
  frame: Frame,
  context: LambdaContext,
): Value {
  const [argument] = node.arguments;
  if (argument === undefined || node.arguments.length !== 1) {
    return context.refuse(node, 'SK230', { reason: 'it takes one argument here' });
  }
  const searched = valueOf(argument, frame, context);
  const options = optionsOf(list, node, context);
  const present = options.filter(option => option.value !== null);
  const first = present[0];
  for (const option of present) {
    if (familyOf(option.type) === familyOf(first!.type)) continue;
    const reason = `it holds ${describeType(first!.type)} and ${describeType(option.type)}`;
    return context.refuse(node, 'SK230', { reason });
  }
  if (first !== undefined && familyOf(first.type) !== familyOf(searched.expr.type)) {
    const params = { left: describeType(first.type), right: describeType(searched.expr.type) };
    return context.refuse(argument, 'SK211', params);
  }
  const undefinable = searched.absence === 'undefined' || searched.absence === 'either';
  if (present.length < options.length && undefinable) {
    return context.refuse(argument, 'SK212', {
      instead: `make it null first: \`${argument.getText()} ?? null\``,
    });
  }
  const type = searched.expr.type;
  const typed = options.map(option => (option.value === null ? { ...option, type } : option));
  return value({ kind: 'one-of', value: searched.expr, options: typed, type: booleanType, nullable: false });
}

function optionsOf(list: Place, node: ts.CallExpression, context: LambdaContext): LiteralExpr[] {
  if (list.kind === 'constant' && Array.isArray(list.value)) {
    return Array.from(list.value, (element: unknown, index) => {
      const name = `${list.name}[${index}]`;
      return optionOf(placeOfConstant(element, name, node.expression, context), node.expression, context);
    });
  }
  if (list.kind !== 'array') return context.refuse(node, 'SK230', { reason: 'this is no list' });
  return context.all(
    list.node.elements.map(element => () => {
      if (ts.isSpreadElement(element)) {
        return context.refuse(element, 'SK230', { reason: 'it has a spread' });
      }
      return optionOf(valueOf(element, list.frame, context), element, context);
    }),
  );
}

function optionOf(option: Place, node: ts.Node, context: LambdaContext): LiteralExpr {
  if (option.kind !== 'value' || option.expr.kind !== 'literal') {
    return context.refuse(node, 'SK230', { reason: 'an element is no constant' });
  }
  if (option.absence === 'undefined') {
    return context.refuse(node, 'SK230', { reason: 'it holds undefined; write null' });
  }
  return option.expr;
}
