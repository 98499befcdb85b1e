import type { SqlGroup, SqlLayer, SqlVector } from '../../../../runtime/history/program.ts';
import type { Program, VectorOperand, VectorPlan } from '../../../ir/index.ts';
import type { GeneratedLayer } from '../derived.ts';
import type { GeneratedGroup } from '../group.ts';
import type { GeneratedVector } from '../vector.ts';

/** Groups and vectors as far as SQL alone can compute them. */
export interface InSql {
  readonly groups: readonly SqlGroup[];
  readonly vectors: readonly SqlVector[];
  /** By group or vector, the visible features that are left out: a `compute`, and what is made of one. */
  readonly lost: ReadonlyMap<string, readonly string[]>;
}

export function inSql(
  program: Program,
  groups: readonly GeneratedGroup[],
  vectors: readonly GeneratedVector[],
): InSql {
  const lostOf = new Map<string, ReadonlySet<string>>();
  const kept = groups.map((group): SqlGroup => {
    const lost = new Set<string>();
    const derived = sqlLayers(group.derived, lost);
    lostOf.set(group.name, lost);
    return { ...group, derived, features: group.features.filter(({ name }) => !lost.has(name)) };
  });
  const keptVectors = vectors.map((vector, index) => {
    const plan = program.vectors[index]!;
    const lost = lostOutputs(plan, lostOf);
    const stripped = stripVector(vector, plan, lost, lostOf);
    lostOf.set(vector.name, lost);
    return stripped;
  });
  const lost = [...groups, ...vectors].map(
    ({ name, features }) =>
      [name, features.flatMap(each => (lostOf.get(name)!.has(each.name) ? [each.name] : []))] as const,
  );
  return { groups: kept, vectors: keptVectors, lost: new Map(lost) };
}

/** The layers that are SQL, without what uses anything lost; adds what is left out to `lost`. */
function sqlLayers(layers: readonly GeneratedLayer[], lost: Set<string>): readonly SqlLayer[] {
  return layers.flatMap((layer): readonly SqlLayer[] => {
    if (layer.kind === 'javascript') {
      for (const { name } of layer.features) lost.add(name);
      return [];
    }
    const features = layer.features.filter(({ name, uses }) => {
      const isLost = uses.some(used => lost.has(used));
      if (isLost) lost.add(name);
      return !isLost;
    });
    return features.length === 0 ? [] : [{ ...layer, features }];
  });
}

/** Outputs that stand for a lost feature, or for one of a lookup whose key is lost. */
function lostOutputs(plan: VectorPlan, lostOf: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const lookups = lostLookups(plan, lostOf);
  return new Set(
    plan.outputs.flatMap(({ name, from }) => (isLost(plan, from, lookups, lostOf) ? [name] : [])),
  );
}

function lostLookups(
  plan: VectorPlan,
  lostOf: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<number> {
  const lookups = new Set<number>();
  for (const [index, { keys }] of plan.lookups.entries()) {
    if (keys.some(key => isLost(plan, key, lookups, lostOf))) lookups.add(index);
  }
  return lookups;
}

function isLost(
  plan: VectorPlan,
  from: VectorOperand,
  lookups: ReadonlySet<number>,
  lostOf: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  if (from.kind === 'request') return false;
  return lookups.has(from.lookup) || lostOf.get(plan.lookups[from.lookup]!.group)!.has(from.feature);
}

/** Lookups keep their numbers: one that is lost takes nothing. Adds what derives from lost outputs to `lost`. */
function stripVector(
  vector: GeneratedVector,
  plan: VectorPlan,
  lost: Set<string>,
  lostOf: ReadonlyMap<string, ReadonlySet<string>>,
): SqlVector {
  const outputs = vector.outputs.filter(({ name }) => !lost.has(name));
  const derived = sqlLayers(vector.derived, lost);
  const absent = lostLookups(plan, lostOf);
  return {
    ...vector,
    lookups: vector.lookups.map((lookup, index) => ({
      ...lookup,
      features: absent.has(index) ? [] : lookup.features.filter(name => !lostOf.get(lookup.group)!.has(name)),
    })),
    outputs,
    derived,
    features: vector.features.filter(({ name }) => !lost.has(name)),
  };
}
