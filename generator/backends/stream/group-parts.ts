import { camelCase, pascalCase } from '../../emit/file.ts';
import type { AggregatePlan, DerivedPlan, GroupPlan, Program, VectorPlan } from '../../ir/index.ts';
import { featuresIn } from '../../ir/visit.ts';

/** What one lookup of a vector needs of its group, where that is not all of it. */
export interface PartPlan {
  /** Exported by the group's module: `userBehaviorForChurnRisk`. */
  readonly name: string;
  /** The method of the group's state: `readForChurnRisk`. */
  readonly method: string;
  readonly vector: string;
  /** Visible features, in the group's order. */
  readonly features: readonly string[];
}

/** The part of its group that a lookup needs; null: all of it. */
export function partOf(group: GroupPlan, vector: VectorPlan, lookup: number): PartPlan | null {
  const operands = [
    ...vector.outputs.map(output => output.from),
    ...vector.lookups.flatMap(other => other.keys),
  ];
  const taken = new Set(
    operands.flatMap(from => (from.kind === 'feature' && from.lookup === lookup ? [from.feature] : [])),
  );
  if (taken.size === group.features.length) return null;
  const others = vector.lookups.slice(0, lookup).filter(other => other.group === group.name);
  const suffix = `For${pascalCase(vector.name)}${others.length === 0 ? '' : others.length + 1}`;
  return {
    name: `${camelCase(group.name)}${suffix}`,
    method: `read${suffix}`,
    vector: vector.name,
    features: group.features.filter(feature => taken.has(feature)),
  };
}

/** The parts of a group that the program's vectors need. */
export function partsOf(program: Program, group: GroupPlan): PartPlan[] {
  return program.vectors.flatMap(vector =>
    vector.lookups.flatMap(({ group: name }, lookup) =>
      name === group.name ? (partOf(group, vector, lookup) ?? []) : [],
    ),
  );
}

/** The aggregates and derived features that some features of a group are made of, in the group's order. */
export function madeOf(
  group: GroupPlan,
  features: readonly string[],
): { readonly aggregates: readonly AggregatePlan[]; readonly derived: readonly DerivedPlan[] } {
  const needed = new Set(features);
  // Derived features see those before them: from the last to the first, all that is needed is known.
  for (const { name, body } of [...group.derived].reverse()) {
    if (!needed.has(name)) continue;
    for (const used of body.kind === 'expression' ? featuresIn(body.expr) : body.uses) needed.add(used);
  }
  return {
    aggregates: group.aggregates.filter(({ name }) => needed.has(name)),
    derived: group.derived.filter(({ name }) => needed.has(name)),
  };
}
