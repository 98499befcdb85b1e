// Control path: what can be stored, and what says that it has changed.
import { listed, suggestion } from '../../kernels/nearest.ts';
import type { Served, ServedInput, ServingPlan } from '../serve/plan.ts';
import { AT, FINGERPRINT } from './stored-hash.ts';

/** A group or vector to store, and the groups whose keys are its keys. */
export interface Storable {
  readonly served: Served;
  /** By name. A change of a key in one of them is a change of it here. */
  readonly groups: readonly string[];
}

/**
 * @param names of groups and vectors; absent: every group
 * @throws Error that names each one that cannot be stored, and why
 */
export function storables(plan: ServingPlan, names: readonly string[] | undefined): readonly Storable[] {
  const all = names ?? plan.served.filter(({ kind }) => kind === 'group').map(({ name }) => name);
  const problems: string[] = [];
  const found = [...new Set(all)].flatMap(name => {
    const result = storable(plan, name);
    if (typeof result !== 'string') return [result];
    problems.push(result);
    return [];
  });
  if (problems.length === 0) return found;
  throw new Error(
    `Redis cannot hold all that it is to hold:\n${problems.map(line => `  ${line}`).join('\n')}`,
  );
}

function storable(plan: ServingPlan, name: string): Storable | string {
  const named = plan.served.filter(each => each.name === name);
  const served = named[0];
  if (served === undefined) {
    const names = plan.served.map(each => each.name);
    return `there is no group or vector '${name}'; ${suggestion(name, names) ?? 'the catalog lists them'}`;
  }
  if (named.length > 1) return `'${name}' is a group and a vector, which would share one name there`;
  const reserved = served.features.find(feature => feature.name === AT || feature.name === FINGERPRINT);
  if (reserved !== undefined) return `${name}.${reserved.name} has a name that the store uses itself`;
  if (served.kind === 'group') return { served, groups: [name] };
  const groups = plan.served.filter(
    ({ kind, inputs }) => kind === 'group' && sameKeys(inputs, served.inputs),
  );
  if (groups.length > 0) return { served, groups: groups.map(group => group.name) };
  return (
    `the vector '${name}' is asked with ${listed(served.inputs.map(input => input.name))}, which together are the key ` +
    'of no group: its values are there only once it is asked, over HTTP or TCP'
  );
}

function sameKeys(group: readonly ServedInput[], request: readonly ServedInput[]): boolean {
  return (
    group.length === request.length &&
    request.every(input =>
      group.some(key => key.name === input.name && key.type.kind === input.type.kind && !input.nullable),
    )
  );
}
