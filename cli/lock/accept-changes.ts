import { resolve } from 'node:path';
import color from 'picocolors';
import { render } from '../../generator/diagnostics/index.ts';
import { generate } from '../../generator/index.ts';
import { withAccepted } from '../../generator/lock/accept.ts';
import { compareMeanings, isAccepted } from '../../generator/lock/compare.ts';
import type { Comparison } from '../../generator/lock/compare.ts';
import { LOCK_NAME } from '../../generator/lock/lock-file.ts';
import type { Lock } from '../../generator/lock/lock-file.ts';
import { Failure } from '../failure.ts';
import type { LockOptions } from './command.ts';
import { writeLock } from './lock-on-disk.ts';
import { changesText, HOW_TO_ACCEPT } from './tell-changes.ts';

/** @returns whether nothing is left to be accepted of what was asked for */
export async function acceptChanges(names: readonly string[], options: LockOptions): Promise<boolean> {
  if (options.all && names.length > 0) throw new Failure('give either features or --all, not both');
  const root = resolve(options.root);
  const { lock, meanings, diagnostics, sources, files } = await generate({
    root,
    features: options.features,
  });
  if (files === null) {
    console.error(render(diagnostics, sources, { color: color.isColorSupported }));
    throw new Failure('a lock is of declarations that are right');
  }
  const before = compareMeanings(lock, meanings);
  if (names.length === 0 && !options.all) return tell(before);
  const accepted = withAccepted(lock, meanings, options.all ? null : names);
  writeLock(root, accepted);
  const text = acceptedText(lock, accepted);
  console.log(text === '' ? `${LOCK_NAME} is up to date` : text);
  const left = compareMeanings(accepted, meanings);
  if (!isAccepted(left)) console.log(`${changesText(left)}\n${HOW_TO_ACCEPT}`);
  return true;
}

function tell(comparison: Comparison): boolean {
  const { added } = comparison;
  if (isAccepted(comparison)) {
    console.log(
      added.length === 0
        ? 'every feature means what was accepted'
        : `not in ${LOCK_NAME} yet, which \`skewless generate\` mends: ${added.join(', ')}`,
    );
    return true;
  }
  console.log(`${changesText(comparison)}\n${HOW_TO_ACCEPT}`);
  return false;
}

/** A line for each feature whose version is another now. */
function acceptedText(before: Lock, after: Lock): string {
  const lines: string[] = [];
  for (const [id, { version }] of after.features) {
    const was = before.features.get(id)?.version;
    if (was === undefined) lines.push(`${id}: version ${version}`);
    else if (was !== version) lines.push(`${id}: version ${was} → ${version}`);
  }
  for (const [id, { version }] of before.features)
    if (!after.features.has(id)) lines.push(`${id}: gone, at version ${version}`);
  return lines.sort().join('\n');
}
