// Control path. Which lookups of a vector look at the same rows.
import type { SqlGroup, SqlVector } from './program.ts';
import { pruneGroup } from './prune.ts';
import type { ResolvedRead } from './resolve-read.ts';
import type { Known } from './spine.ts';
import type { Workspace } from './workspace.ts';

/** One of a vector's lookups: a group's features for the keys that were found. */
export interface Lookup {
  /** As far as the vector takes it. */
  readonly group: SqlGroup;
  /** Its place among the vector's; those of labels stand behind. */
  readonly index: number;
}

/**
 * Lookups of one group whose keys are found before any of them: an airport as origin and as destination. The rows that
 * their reads can see are staged once.
 */
export interface Staging {
  readonly workspace: Workspace;
  readonly lookups: readonly Lookup[];
  /** As far as any of them takes it. */
  readonly group: SqlGroup;
  /** Whether every read knows all rows that are read. */
  readonly allKnown: boolean;
  /** Whether they are of labels, for which there is no limit of what is known. */
  readonly isOfLabels: boolean;
}

/** A vector's lookups in the order in which they can be made, then those of its labels. */
export function stagingsOf(workspace: Workspace, read: ResolvedRead, known: Known): readonly Staging[] {
  const { vector, groups, labelGroups } = read;
  const lookups = [...groups, ...labelGroups].map((group, index) => ({ group, index }));
  const stagings: Staging[] = [];
  const staged = new Set<number>();
  for (const { group, index } of lookups) {
    if (staged.has(index)) continue;
    const isOfLabels = index >= groups.length;
    const together = lookups.filter(
      other =>
        !staged.has(other.index) &&
        other.group.name === group.name &&
        other.index >= groups.length === isOfLabels &&
        lookupsSeen(vector, other.index).every(seen => staged.has(seen)),
    );
    for (const other of together) staged.add(other.index);
    stagings.push({
      ...{ workspace, lookups: together, isOfLabels },
      group: united(read, together),
      allKnown: isOfLabels || known.kind !== 'arrival',
    });
  }
  return stagings;
}

/** In whose results a lookup finds its keys. */
export function lookupsSeen({ lookups, labels }: SqlVector, index: number): readonly number[] {
  const { keys } = index < lookups.length ? lookups[index]! : labels!.lookups[index - lookups.length]!;
  return lookups.flatMap((_, before) =>
    keys.some(key => new RegExp(`\\bl${before}\\.`).test(key)) ? [before] : [],
  );
}

function united({ wholeGroups }: ResolvedRead, lookups: readonly Lookup[]): SqlGroup {
  const [first] = lookups;
  if (lookups.length === 1) return first!.group;
  const features = lookups.flatMap(({ group }) => group.features.map(({ name }) => name));
  return pruneGroup(wholeGroups[first!.index]!, [...new Set(features)]);
}
