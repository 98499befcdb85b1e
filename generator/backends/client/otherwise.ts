import type { AggregatePlan, DefaultValue, GroupPlan, Program, VectorPlan } from '../../ir/index.ts';
import { featuresOf } from '../../ir/features.ts';
import type { VisibleFeature } from '../../ir/features.ts';

/**
 * What stands in for each feature while the service is away: its declared default, else its value of no events
 * (semantics §5); null where there is neither.
 */
export function otherwiseOf(
  program: Program,
  plan: GroupPlan | VectorPlan,
): Map<string, DefaultValue | null> {
  const values = 'aggregates' in plan ? ofGroup(plan) : ofVector(program, plan);
  for (const { name, default: declared } of plan.derived) values.set(name, declared);
  return new Map(featuresOf(plan).map(({ name }) => [name, values.get(name) ?? null]));
}

/** The features whose type has no null, but that have nothing to stand in for them. */
export function nullOnlyThen(
  features: readonly VisibleFeature[],
  otherwise: ReadonlyMap<string, DefaultValue | null>,
): string[] {
  return features
    .filter(({ name, nullable }) => !nullable && (otherwise.get(name) ?? null) === null)
    .map(({ name }) => name);
}

function ofGroup({ aggregates }: GroupPlan): Map<string, DefaultValue | null> {
  return new Map(aggregates.map(aggregate => [aggregate.name, aggregate.default ?? ofNothing(aggregate)]));
}

/** A request's input that is passed through has no value before there is a request. */
function ofVector(program: Program, { lookups, outputs }: VectorPlan): Map<string, DefaultValue | null> {
  const groups = new Map(program.groups.map(group => [group.name, otherwiseOf(program, group)]));
  return new Map(
    outputs.map(({ name, from, default: declared }) => {
      const found =
        from.kind === 'feature' ? groups.get(lookups[from.lookup]!.group)?.get(from.feature) : null;
      return [name, found ?? declared];
    }),
  );
}

function ofNothing({ aggregate, type }: AggregatePlan): DefaultValue | null {
  switch (aggregate.kind) {
    case 'count':
    case 'countDistinct':
    case 'approxCountDistinct':
    case 'changes':
      return 0;
    default:
      return type.kind === 'list' ? [] : null;
  }
}
