// Control path. The name of a training run: the same command goes on where it was, another begins anew.
import { createHash } from 'node:crypto';
import type { CheckedSpine } from './check-spine.ts';
import type { TrainingRequest } from './contract.ts';
import type { Target } from './target.ts';

/**
 * Of all that the values hang on; not of how they are computed, nor of where they are written.
 * @returns letters and digits
 */
export function runId(target: Target, request: TrainingRequest, { digest, rows }: CheckedSpine): string {
  const { kind, name, fingerprint } = target.served;
  const { known, before, carried, hasKnownAt } = request;
  return createHash('sha256')
    .update(JSON.stringify({ kind, name, fingerprint, known, before, carried, hasKnownAt, digest, rows }))
    .digest('hex')
    .slice(0, 16);
}
