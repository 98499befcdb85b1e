// Control path. What a vector's feature is made of.
import type { SqlVector } from '../history/program.ts';

/**
 * The features that stand behind one of a vector's, by the number of their lookup, in order:
 *
 * 1. a derived feature is made of what it uses: layers are gone through backwards
 * 2. an output is made of what its SQL names of lookups
 * 3. a lookup's keys may be found in lookups before it
 */
export function lookupsBehind(vector: SqlVector, feature: string): ReadonlyMap<number, ReadonlySet<string>> {
  const names = new Set([feature]);
  for (const layer of vector.derived.toReversed())
    for (const { name, uses } of layer.features.toReversed())
      if (names.has(name)) for (const used of uses) names.add(used);
  const behind = new Map<number, Set<string>>();
  const add = (expression: string): void => {
    for (const [lookup, name] of namedIn(expression))
      behind.set(lookup, (behind.get(lookup) ?? new Set<string>()).add(name));
  };
  for (const { name, sql } of vector.outputs) if (names.has(name)) add(sql);
  for (let index = vector.lookups.length - 1; index >= 0; index -= 1)
    if (behind.has(index)) vector.lookups[index]!.keys.forEach(add);
  return behind;
}

/** `l2."country"`: the third lookup's. */
function namedIn(expression: string): [number, string][] {
  return [...expression.matchAll(/\bl(\d+)\."(\w+)"/g)].map(match => [Number(match[1]), match[2]!]);
}
