import { ts } from 'ts-morph';
import type { Expr } from '../../ir/expr.ts';
import { memberOf } from './access.ts';
import type { Frame, LambdaContext } from './lowering.ts';
import { isTrivial, value } from './value.ts';
import type { Place } from './value.ts';

/** A name to be bound around what follows. */
export interface Let {
  readonly name: string;
  readonly value: Expr;
}

/** Binds a name or a pattern to a place. Only what is computed needs a `let`; the rest stands for itself. */
export function bind(
  name: ts.BindingName,
  place: Place,
  frame: Frame,
  context: LambdaContext,
): readonly Let[] {
  if (ts.isIdentifier(name)) return bindName(name, place, frame, context);
  if (ts.isArrayBindingPattern(name)) {
    return context.refuse(name, 'SK233', {
      what: 'a pattern of a list',
      instead: 'name the element: `const first = LIST[0]`',
    });
  }
  return name.elements.flatMap(element => bindElement(element, place, frame, context));
}

function bindElement(
  element: ts.BindingElement,
  place: Place,
  frame: Frame,
  context: LambdaContext,
): readonly Let[] {
  if (element.dotDotDotToken !== undefined) {
    return context.refuse(element, 'SK233', { what: 'the rest of a pattern', instead: 'name each member' });
  }
  if (element.initializer !== undefined) {
    return context.refuse(element, 'SK233', {
      what: 'a default in a pattern',
      instead: 'it would replace undefined and not null: write `member ?? value` where it is used',
    });
  }
  const property = element.propertyName ?? element.name;
  if (!ts.isIdentifier(property) && !ts.isStringLiteralLike(property)) {
    return context.refuse(property, 'SK233', {
      what: 'a computed name in a pattern',
      instead: 'name the member',
    });
  }
  return bind(element.name, memberOf(place, property.text, element, context), frame, context);
}

function bindName(name: ts.Identifier, place: Place, frame: Frame, context: LambdaContext): readonly Let[] {
  const symbol = context.checker.getSymbolAtLocation(name);
  if (symbol === undefined) return context.refuse(name, 'SK217', { name: name.text, instead: null });
  if (place.kind !== 'value' || isTrivial(place.expr)) {
    frame.bindings.set(symbol, place);
    return [];
  }
  const { type, nullable } = place.expr;
  const fresh = context.freshName(name.text);
  frame.bindings.set(symbol, value({ kind: 'local', name: fresh, type, nullable }, place.absence));
  return [{ name: fresh, value: place.expr }];
}
