import type { Lock, LockedFeature } from './lock-file.ts';
import type { Meaning } from './meanings.ts';

/** A feature that means something else than what was accepted. */
export interface Change {
  readonly id: string;
  readonly version: number;
  /** What is different of its own: `window 7d → 14d`; none: only what it uses. */
  readonly words: readonly string[];
  /** The changed features that it uses, directly. */
  readonly through: readonly string[];
}

export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** How declarations differ from the lock. All sorted. */
export interface Comparison {
  /** Not in the lock yet, nor there under another name. */
  readonly added: readonly string[];
  readonly changed: readonly Change[];
  /** Declared no more; those that go on under another name stand among the renamed. */
  readonly removed: readonly string[];
  /** The groups and vectors among them of which nothing is declared any more. */
  readonly removedWhole: readonly string[];
  readonly renamed: readonly Rename[];
}

export function compareMeanings(lock: Lock, meanings: ReadonlyMap<string, Meaning>): Comparison {
  const gone = [...lock.features.keys()].filter(id => !meanings.has(id)).sort();
  const renamed = renamesOf(lock, meanings, gone);
  const isOld = new Set(renamed.map(({ from }) => from));
  const isNew = new Set(renamed.map(({ to }) => to));
  const added = [...meanings.keys()].filter(id => !lock.features.has(id) && !isNew.has(id)).sort();
  const changedIds = new Set(
    [...meanings].flatMap(([id, { fingerprint }]) => {
      const locked = lock.features.get(id);
      return locked === undefined || locked.fingerprint === fingerprint ? [] : [id];
    }),
  );
  const changed = [...changedIds].sort().map((id): Change => {
    const now = meanings.get(id)!;
    const was = lock.features.get(id)!;
    const through = now.uses.filter(used => changedIds.has(used));
    const words = wordsOf(was, now);
    const isOwn = words.length > 0 || through.length > 0;
    return { id, version: was.version, words: isOwn ? words : ['it is computed in another way'], through };
  });
  const removed = gone.filter(id => !isOld.has(id));
  const owners = new Set([...meanings.keys()].map(ownerOf));
  const removedWhole = [...new Set(removed.map(ownerOf))].filter(owner => !owners.has(owner));
  return { added, changed, removed, removedWhole, renamed };
}

/** Whether there is nothing that somebody has to accept. */
export function isAccepted({ changed, removed, renamed }: Comparison): boolean {
  return changed.length + removed.length + renamed.length === 0;
}

/** The version that each feature has, or will have once it is accepted. */
export function versionsOf(lock: Lock, meanings: ReadonlyMap<string, Meaning>): ReadonlyMap<string, number> {
  const { renamed } = compareMeanings(lock, meanings);
  const names = new Map(renamed.map(({ from, to }) => [to, from]));
  return new Map(
    [...meanings].map(([id, { fingerprint }]) => {
      const from = names.get(id);
      const before = [lock.features.get(from ?? id), lock.retired.get(id)].map(each =>
        each === undefined ? 1 : each.fingerprint === fingerprint ? each.version : each.version + 1,
      );
      return [id, Math.max(...before)];
    }),
  );
}

/** A feature that is gone, and a new one of the same group or vector that means the same. */
function renamesOf(lock: Lock, meanings: ReadonlyMap<string, Meaning>, gone: readonly string[]): Rename[] {
  const added = [...meanings].filter(([id]) => !lock.features.has(id)).sort(([a], [b]) => (a < b ? -1 : 1));
  const taken = new Set<string>();
  return gone.flatMap(from => {
    const { fingerprint } = lock.features.get(from)!;
    const to = added.find(
      ([id, now]) => now.fingerprint === fingerprint && ownerOf(id) === ownerOf(from) && !taken.has(id),
    )?.[0];
    if (to === undefined) return [];
    taken.add(to);
    return [{ from, to }];
  });
}

function wordsOf(was: LockedFeature, now: Meaning): string[] {
  const about = new Set([...Object.keys(was.meaning), ...Object.keys(now.words)]);
  return [...about]
    .filter(each => was.meaning[each] !== now.words[each])
    .map(each => `${each} ${was.meaning[each] ?? 'none'} → ${now.words[each] ?? 'none'}`);
}

/** The group or vector of a feature. */
export function ownerOf(id: string): string {
  return id.slice(0, id.indexOf('.'));
}
