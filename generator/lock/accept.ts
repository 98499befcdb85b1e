import { suggestion } from '../../kernels/nearest.ts';
import { compareMeanings, versionsOf } from './compare.ts';
import type { Comparison } from './compare.ts';
import type { Lock, LockedFeature, RetiredFeature } from './lock-file.ts';
import type { Meaning } from './meanings.ts';

/** What was asked to be accepted cannot be. */
export class NotAccepted extends Error {
  override readonly name = 'NotAccepted';
}

/**
 * The lock with new features at their first version, and the words of all that means what was accepted: a feature
 * that is called otherwise by those who use it still means the same. What has changed stays as it is.
 */
export function withNew(lock: Lock, meanings: ReadonlyMap<string, Meaning>): Lock {
  const { added } = compareMeanings(lock, meanings);
  const versions = versionsOf(lock, meanings);
  const features = new Map(lock.features);
  for (const [id, { fingerprint }] of lock.features) {
    const now = meanings.get(id);
    if (now?.fingerprint === fingerprint) features.set(id, locked(id, now, versions));
  }
  for (const id of added) features.set(id, locked(id, meanings.get(id)!, versions));
  return { features, retired: without(lock.retired, added) };
}

/**
 * The lock with what has changed accepted, at the next version.
 * @param names features, or groups and vectors as a whole; what depends on them is accepted with them. null: all
 * @throws NotAccepted for a name that nothing has changed of, or that depends on a change that is not accepted
 */
export function withAccepted(
  lock: Lock,
  meanings: ReadonlyMap<string, Meaning>,
  names: readonly string[] | null,
): Lock {
  const comparison = compareMeanings(lock, meanings);
  const accepted = names === null ? pendingIn(comparison) : acceptedBy(names, comparison);
  const versions = versionsOf(lock, meanings);
  const known = withNew(lock, meanings);
  const features = new Map(known.features);
  const retired = new Map<string, RetiredFeature>(known.retired);
  const retire = (id: string): void => {
    const { version, fingerprint } = lock.features.get(id)!;
    retired.set(id, { version, fingerprint });
    features.delete(id);
  };
  for (const { id } of comparison.changed)
    if (accepted.has(id)) features.set(id, locked(id, meanings.get(id)!, versions));
  for (const id of comparison.removed) if (accepted.has(id)) retire(id);
  for (const { from, to } of comparison.renamed) {
    if (!accepted.has(from) && !accepted.has(to)) continue;
    retire(from);
    features.set(to, locked(to, meanings.get(to)!, versions));
    retired.delete(to);
  }
  return { features, retired };
}

function locked(
  id: string,
  { fingerprint, words, uses }: Meaning,
  versions: ReadonlyMap<string, number>,
): LockedFeature {
  return { version: versions.get(id)!, fingerprint, meaning: words, uses };
}

function pendingIn({ changed, removed, renamed }: Comparison): Set<string> {
  const ids = [...changed.map(({ id }) => id), ...removed, ...renamed.flatMap(({ from, to }) => [from, to])];
  return new Set(ids);
}

function acceptedBy(names: readonly string[], comparison: Comparison): Set<string> {
  const pending = pendingIn(comparison);
  const named = new Set<string>();
  for (const name of names) {
    const found = [...pending].filter(id => id === name || id.startsWith(`${name}.`));
    if (found.length === 0) {
      const hint = suggestion(name, [...pending]) ?? 'skewless lock tells what has changed';
      throw new NotAccepted(`nothing of ${name} is to be accepted: ${hint}`);
    }
    for (const id of found) named.add(id);
  }
  const roots = rootsOf(comparison);
  for (const id of named) {
    const missing = [...(roots.get(id) ?? [])].find(root => !named.has(root));
    if (missing !== undefined)
      throw new NotAccepted(`${id} depends on ${missing}, which has changed too: accept ${missing} with it`);
  }
  const dependants = [...roots].filter(([, own]) => [...own].every(root => named.has(root)));
  return new Set([...named, ...dependants.map(([id]) => id)]);
}

/** For each change the features, itself among them, whose own words are different, and that it comes down to. */
export function rootsOf({ changed }: Comparison): ReadonlyMap<string, ReadonlySet<string>> {
  const byId = new Map(changed.map(change => [change.id, change]));
  const roots = new Map<string, Set<string>>();
  const of = (id: string): Set<string> => {
    const known = roots.get(id);
    if (known !== undefined) return known;
    const { words, through } = byId.get(id)!;
    const found = new Set(words.length > 0 ? [id] : []);
    for (const used of through) for (const root of of(used)) found.add(root);
    roots.set(id, found);
    return found;
  };
  for (const { id } of changed) of(id);
  return roots;
}

function without<T>(entries: ReadonlyMap<string, T>, ids: readonly string[]): Map<string, T> {
  return new Map([...entries].filter(([id]) => !ids.includes(id)));
}
