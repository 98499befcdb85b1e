import type { GroupPlan, Origin, Status, VectorPlan } from './plan.ts';
import type { ValueType } from './types.ts';

/** A feature as a client sees it, wherever it comes from. */
export interface VisibleFeature {
  readonly name: string;
  readonly type: ValueType;
  readonly nullable: boolean;
  readonly doc: string | null;
  readonly status: Status;
  readonly origin: Origin;
}

/** The visible features of a group or vector, in the order a client sees them. */
export function featuresOf(plan: GroupPlan | VectorPlan): VisibleFeature[] {
  const known = new Map<string, VisibleFeature>();
  if ('aggregates' in plan) for (const aggregate of plan.aggregates) known.set(aggregate.name, aggregate);
  else for (const output of plan.outputs) known.set(output.name, { ...output, status: plan.status });
  for (const derived of plan.derived) known.set(derived.name, derived);
  // What could not be planned has been reported, and lacks here.
  return plan.features.flatMap(name => known.get(name) ?? []);
}
