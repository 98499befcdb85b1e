import type { SqlGroup, SqlLabel, SqlLabels } from '../../../runtime/history/program.ts';
import type { GroupPlan, Program, VectorLabelsPlan } from '../../ir/index.ts';
import { featureFingerprint } from '../../ir/fingerprint.ts';
import { sqlType } from './columns.ts';
import { sqlGroup } from './group.ts';
import { operand, requestKeys } from './operand.ts';
import { reachAhead } from './window.ts';

/**
 * What a vector takes of labels, with the groups that it takes it of.
 * @param versions by `group.feature`; what is not in it is new
 */
export function sqlLabels(
  program: Program,
  { lookups, outputs }: VectorLabelsPlan,
  versions: ReadonlyMap<string, number>,
): SqlLabels {
  return {
    requestKeys: requestKeys(lookups),
    lookups: lookups.map(({ group, keys }, lookup) => ({
      group: sqlLabelGroup(program, labelGroup(program, group)),
      keys: keys.map(operand),
      features: [...new Set(outputs.filter(of => of.lookup === lookup).map(({ label }) => label))],
    })),
    outputs: outputs.map(({ name, lookup, label, type }): SqlLabel => {
      const group = labelGroup(program, lookups[lookup]!.group);
      return {
        ...{ name, type: sqlType(type), lookup, label, ...completion(program, group, label) },
        fingerprint: featureFingerprint(program, group, label),
        version: versions.get(`${group.name}.${label}`) ?? 1,
      };
    }),
  };
}

/** Labels have no derived features, and so no code of their own. */
export function sqlLabelGroup(program: Program, group: GroupPlan): SqlGroup {
  return { ...sqlGroup(program, group), derived: [] };
}

function labelGroup({ labels }: Program, name: string): GroupPlan {
  const group = labels.find(candidate => candidate.name === name);
  if (group === undefined) throw new Error(`the program has no labels ${name}`);
  return group;
}

/** What must be in before a label is known: events may come as late as their source says. */
function completion(program: Program, group: GroupPlan, label: string): Pick<SqlLabel, 'source' | 'through'> {
  const { feed, window } = group.aggregates.find(({ name }) => name === label)!;
  const source = program.sources.find(({ name }) => name === group.feeds[feed]!.source)!;
  const lateness = source.kind === 'stream' ? (source.lateness ?? 0) : 0;
  return {
    source: source.kind === 'changes' ? source.table : source.name,
    through: reachAhead(window) + lateness,
  };
}
