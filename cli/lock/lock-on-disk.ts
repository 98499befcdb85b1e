import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCK_NAME, lockText } from '../../generator/lock/lock-file.ts';
import type { Lock } from '../../generator/lock/lock-file.ts';

/** Whether the file of a project holds this lock. */
export function holdsLock(root: string, lock: Lock): boolean {
  const path = join(root, LOCK_NAME);
  return existsSync(path) && readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === lockText(lock);
}

/** Writes the file as a whole or not at all; one that holds the lock already is not touched. */
export function writeLock(root: string, lock: Lock): void {
  if (holdsLock(root, lock)) return;
  const path = join(root, LOCK_NAME);
  writeFileSync(`${path}.new`, lockText(lock));
  renameSync(`${path}.new`, path);
}
