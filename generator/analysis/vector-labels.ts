import { LabelRef } from '../../dsl/index.ts';
import type { AnyFeatureVector, LabelLookup } from '../../dsl/index.ts';
import type { GroupPlan, LabelOutputPlan, LookupPlan, VectorLabelsPlan, VectorOperand } from '../ir/index.ts';
import type { Context } from './context.ts';
import { reportDuplicates } from './groups.ts';

/** How the rest of the vector is planned. */
export interface VectorParts {
  readonly groupOf: (lookup: LabelLookup) => GroupPlan;
  readonly keysOf: (lookup: LabelLookup, group: GroupPlan) => readonly VectorOperand[];
  /** Names of the request's inputs and the features. */
  readonly taken: readonly string[];
}

/** Plans what a vector takes of labels. */
export function planVectorLabels(
  context: Context,
  vector: AnyFeatureVector,
  { groupOf, keysOf, taken }: VectorParts,
): VectorLabelsPlan {
  const { lookups, taken: labels } = vector.labels;
  const groups = lookups.map(groupOf);
  const names = new Set(taken);
  reportDuplicates(context, labels);
  const outputs = Object.entries(labels).map(([name, ref]): LabelOutputPlan | null => {
    const at = context.project.spanOfProperty(labels, name);
    context.checkName('label', name, at);
    if (!(ref instanceof LabelRef)) {
      context.problem('SK425', at, { name });
      return null;
    }
    if (names.has(name)) context.problem('SK402', at, { what: 'features, request inputs or labels', name });
    const lookup = lookups.indexOf(ref.lookup);
    const label = groups[lookup]!.aggregates.find(each => each.name === ref.label);
    if (label === undefined) return null;
    const doc = context.project.docOfProperty(labels, name) ?? label.doc;
    return { name, lookup, label: label.name, type: label.type, doc };
  });
  return {
    lookups: lookups.map((lookup, index): LookupPlan => {
      const group = groups[index]!;
      return { group: group.name, keys: keysOf(lookup, group) };
    }),
    outputs: outputs.filter(output => output !== null),
  };
}
