import type { LookupPlan, VectorOperand } from '../../ir/index.ts';
import { identifier } from './literal.ts';

/** What a vector takes of the request `q` or of the results of a lookup, `l0…`. */
export function operand(from: VectorOperand): string {
  return from.kind === 'request'
    ? `q.${identifier(from.name)}`
    : `l${from.lookup}.${identifier(from.feature)}`;
}

/** The request's columns that are keys of these lookups. */
export function requestKeys(lookups: readonly LookupPlan[]): readonly string[] {
  const keys = lookups.flatMap(lookup => lookup.keys);
  return [...new Set(keys.flatMap(key => (key.kind === 'request' ? [key.name] : [])))];
}
