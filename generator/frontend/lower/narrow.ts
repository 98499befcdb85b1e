import { ts } from 'ts-morph';
import type { LambdaContext } from './lowering.ts';
import { intersect, value } from './value.ts';
import type { Absence, Place } from './value.ts';

/** What may be absent of a value of this type. Of a type parameter, whatever its constraint leaves open. */
export function absenceOfType(type: ts.Type, checker: ts.TypeChecker): Absence {
  if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) return 'either';
  if ((type.flags & ts.TypeFlags.TypeParameter) !== 0) {
    const constraint = checker.getBaseConstraintOfType(type);
    return constraint === undefined || constraint === type ? 'either' : absenceOfType(constraint, checker);
  }
  const parts = type.isUnion() ? type.types : [type];
  const isNull = parts.some(part => (part.flags & ts.TypeFlags.Null) !== 0);
  const isUndefined = parts.some(part => (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) !== 0);
  const open = parts.some(part => (part.flags & ts.TypeFlags.TypeParameter) !== 0);
  if (open) return 'either';
  if (isNull) return isUndefined ? 'either' : 'null';
  return isUndefined ? 'undefined' : 'never';
}

/**
 * A place as TypeScript sees it at a node: a test before it may have taken null away. Only what a row or a name
 * gives is narrowed; what is computed knows its own nulls.
 */
export function narrow(place: Place, node: ts.Expression, context: LambdaContext): Place {
  if (place.kind !== 'value' && place.kind !== 'image') return place;
  const type = context.checker.getTypeAtLocation(node);
  if ((type.flags & ts.TypeFlags.Any) !== 0) return context.refuse(node, 'SK206', { text: node.getText() });
  const absence = intersect(place.absence, absenceOfType(type, context.checker));
  if (absence === place.absence) return place;
  if (place.kind === 'image') return { ...place, absence };
  const nameable = ['column', 'feature', 'local'].includes(place.expr.kind);
  return nameable ? value(place.expr, absence) : place;
}
