// Control path. What a training set reads, by name.
import type { SqlGroup, SqlProgram, SqlVector } from './program.ts';
import { pruneGroup } from './prune.ts';
import { quoteIdentifier } from './relations.ts';

/** The name of a group or a vector. */
export type ReadTarget = { readonly group: string } | { readonly vector: string };

export interface ResolvedRead {
  readonly vector: SqlVector;
  /** One for each lookup, as far as the vector takes it. */
  readonly groups: readonly SqlGroup[];
  /** The history's tables that are read. */
  readonly sources: readonly string[];
  /** One for each lookup of labels. */
  readonly labelGroups: readonly SqlGroup[];
  /** As `sources`, with what labels read. */
  readonly allSources: readonly string[];
  /** Of each lookup, then of each of labels, the group with all its features. */
  readonly wholeGroups: readonly SqlGroup[];
}

/** @throws when the program has none of that name */
export function resolveRead(program: SqlProgram, target: ReadTarget): ResolvedRead {
  const vector =
    'vector' in target
      ? named(program.vectors, target.vector, 'vector')
      : asVector(named(program.groups, target.group, 'group'));
  const labels = vector.labels?.lookups ?? [];
  const wholeGroups = [
    ...vector.lookups.map(({ group }) => named(program.groups, group, 'group')),
    ...labels.map(({ group }) => group),
  ];
  const taken = [...vector.lookups, ...labels].map(({ features }, index) =>
    pruneGroup(wholeGroups[index]!, features),
  );
  const groups = taken.slice(0, vector.lookups.length);
  const labelGroups = taken.slice(vector.lookups.length);
  const allSources = sourcesOf(taken);
  return { vector, groups, sources: sourcesOf(groups), labelGroups, allSources, wholeGroups };
}

/** The same without its labels. */
export function withoutLabels({
  vector: labelled,
  groups,
  sources,
  wholeGroups,
}: ResolvedRead): ResolvedRead {
  const { name, requestKeys, request, lookups, outputs, derived, features } = labelled;
  const vector = { name, requestKeys, request, lookups, outputs, derived, features };
  return { vector, groups, sources, labelGroups: [], allSources: sources, wholeGroups };
}

/** A group read by its keys is a vector of that one lookup. */
function asVector(group: SqlGroup): SqlVector {
  return {
    name: group.name,
    requestKeys: group.keys.map(({ name }) => name),
    request: group.keys.map(key => ({ ...key, nullable: false })),
    lookups: [
      {
        group: group.name,
        keys: group.keys.map(({ name }) => `q.${quoteIdentifier(name)}`),
        features: group.features.map(({ name }) => name),
      },
    ],
    outputs: group.features.map(({ name, type }) => ({ name, type, sql: `l0.${quoteIdentifier(name)}` })),
    derived: [],
    features: group.features,
  };
}

function sourcesOf(groups: readonly SqlGroup[]): readonly string[] {
  return [...new Set(groups.flatMap(group => group.feeds.flatMap(({ sources }) => sources)))];
}

function named<T extends { readonly name: string }>(list: readonly T[], name: string, kind: string): T {
  const found = list.find(item => item.name === name);
  if (found !== undefined) return found;
  throw new Error(`the program has no ${kind} ${name}; there are ${list.map(item => item.name).join(', ')}`);
}
