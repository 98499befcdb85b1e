// Control path but for `computed`: the authors' own functions, declared with `compute`.
import type { Value } from './value.ts';

type ComputeFunction = (features: Readonly<Record<string, Value>>, t: number) => Value | undefined;

/**
 * The function at `path` below a declaring module: a `compute(…)` declaration, or one given as `{ value }`.
 * @throws TypeError where no function stands there
 */
export function computeOf(module: object, path: readonly string[]): ComputeFunction {
  let found: unknown = module;
  for (const name of path) found = (found as Record<string, unknown> | undefined)?.[name];
  for (const name of ['value', 'run']) {
    if (typeof found === 'object' && found !== null && name in found)
      found = (found as Record<string, unknown>)[name];
  }
  if (typeof found !== 'function') throw new TypeError(`there is no function at ${path.join('.')}`);
  return found as ComputeFunction;
}

/** What a function returned, as a feature: undefined and what is not finite are null, −0 is 0. */
export function computed(value: Value | undefined): Value {
  if (value === undefined) return null;
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? value + 0 : null;
}
