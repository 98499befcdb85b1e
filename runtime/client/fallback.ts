import type { AccessorPlan } from './plan.ts';
import type { InnerValue } from './transport.ts';

const fallbacks = new WeakSet<object>();

/** Whether values are those of `onUnavailable: 'defaults'`, and not the service's. */
export function isFallback(values: object): boolean {
  return fallbacks.has(values);
}

export function markFallback<V extends object>(values: V): V {
  fallbacks.add(values);
  return values;
}

/** Each feature's default, else its value of no events, else null; inner values. */
export function fallbackOf({ features, otherwise }: AccessorPlan): Record<string, InnerValue> {
  return Object.fromEntries(Object.keys(features).map(name => [name, otherwise[name] ?? null]));
}
