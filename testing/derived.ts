import type { DerivedLayer } from '../dsl/index.ts';
import { cleaned } from './scalar.ts';
import type { Value, Values } from './scalar.ts';

/**
 * Adds the derived features, layer by layer (semantics §6): each is a pure function of the features before its
 * layer and of the instant of the read.
 * @param inputs a vector's request, which lambdas see beside the features
 * @returns the features, without the inputs
 */
export function derive(
  layers: readonly DerivedLayer[],
  base: Values,
  t: number,
  inputs: Values = {},
): Values {
  let values = base;
  for (const layer of layers) {
    const seen = Object.freeze({ ...inputs, ...values });
    const derived: Values = {};
    for (const [name, declared] of Object.entries(layer)) {
      const { value: lambda, otherwise } = valueOf(declared);
      derived[name] = finiteValue(lambda(seen, t)) ?? otherwise;
    }
    values = { ...values, ...derived };
  }
  return values;
}

type Lambda = (features: Values, t: number) => unknown;

/** The function of a derived feature, however it was declared, and its default. */
function valueOf(declared: DerivedLayer[string]): { readonly value: Lambda; readonly otherwise: Value } {
  if (typeof declared === 'function') return { value: declared as Lambda, otherwise: null };
  if ('run' in declared) return { value: declared.run as Lambda, otherwise: null };
  const { value } = valueOf(declared.value);
  return { value, otherwise: declared.default ?? null };
}

/** A number that is not finite is null, and so is undefined; −0 is 0 (rule 6). */
function finiteValue(value: unknown): Value {
  return Array.isArray(value) ? value : cleaned(value);
}
