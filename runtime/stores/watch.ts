// Control path: the groups whose keys are looked after.
import { accessorPlanOf } from '../client/plan.ts';
import type { Served } from '../serve/plan.ts';
import { PacedWalk } from './paced-walk.ts';
import { storables } from './storable.ts';
import { HashMaker } from './stored-hash.ts';
import type { StoredHash } from './stored-hash.ts';
import { StoredKeys } from './stored-key.ts';
import type { RedisStoreOptions, WatchedKeys } from './store-options.ts';

/** One group or vector that is stored. */
export interface Target {
  readonly served: Served;
  readonly keys: StoredKeys;
  readonly hashes: HashMaker;
}

/** A group whose keys are looked after, and what is stored by them. */
export interface Watch {
  readonly group: string;
  readonly walk: PacedWalk;
  readonly targets: Target[];
  changed: WatchedKeys | null;
  /** What a key never seen had when the round under way began; null: it is not known, or not stored. */
  unseen: StoredHash | null;
  /** When the round began that `unseen` is of. */
  round: number | null;
  /** A write of the round under way has failed. */
  broken: boolean;
  /** When the last round began in which every key was written. */
  completed: number | null;
}

/**
 * @param period of a walk, in ms
 * @throws Error that names what cannot be stored, and why
 */
export function watchesOf(
  { plan, served, prefix = 'skewless', engine }: RedisStoreOptions,
  period: number,
): readonly Watch[] {
  const watches = new Map<string, Watch>();
  for (const { served: each, groups } of storables(plan, served)) {
    const keys = new StoredKeys(prefix, accessorPlanOf(each));
    const target: Target = { served: each, keys, hashes: new HashMaker(each) };
    for (const group of groups) {
      const known = watches.get(group);
      if (known !== undefined) {
        known.targets.push(target);
        continue;
      }
      const walk = new PacedWalk((cursor, count) => engine.keys(group, cursor, count), period);
      const state = { changed: null, unseen: null, round: null, broken: false, completed: null };
      watches.set(group, { group, walk, targets: [target], ...state });
    }
  }
  return [...watches.values()];
}
