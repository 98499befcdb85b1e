import color from 'picocolors';
import type { Generated } from '../../generator/index.ts';
import { withNew } from '../../generator/lock/accept.ts';
import { compareMeanings, isAccepted } from '../../generator/lock/compare.ts';
import { LOCK_NAME } from '../../generator/lock/lock-file.ts';
import { holdsLock, writeLock } from './lock-on-disk.ts';
import { changesText, HOW_TO_ACCEPT } from './tell-changes.ts';

type Found = Pick<Generated, 'lock' | 'meanings'>;

/**
 * After generating: new features enter the lock, and what has changed is told.
 * @param writes not while declarations are still being written: every name on the way would be taken for a feature
 */
export function keepLock(root: string, { lock, meanings }: Found, writes: boolean): void {
  if (writes) writeLock(root, withNew(lock, meanings));
  const comparison = compareMeanings(lock, meanings);
  if (!isAccepted(comparison)) console.error(`${changesText(comparison)}\n${HOW_TO_ACCEPT}`);
}

/** Tells what is not accepted, or not written. @returns whether the lock says what the declarations do */
export function checkLock(root: string, { lock, meanings }: Found): boolean {
  const comparison = compareMeanings(lock, meanings);
  if (!isAccepted(comparison)) {
    console.error(`${changesText(comparison)}\n${HOW_TO_ACCEPT}`);
    return false;
  }
  if (holdsLock(root, withNew(lock, meanings))) return true;
  const { added } = comparison;
  const lacks =
    added.length === 0 ? 'words things otherwise than the declarations' : `lacks ${added.join(', ')}`;
  console.error(color.red(`${LOCK_NAME} ${lacks}`));
  console.error('Repair: npm run generate, then commit the result');
  return false;
}
