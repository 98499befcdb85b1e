// Control path. The name of a training run: the same command goes on where it was, another begins anew.
import { createHash } from 'node:crypto';
import type { CheckedSpine } from './check-spine.ts';
import type { TrainingRequest } from './contract.ts';
import type { SqlVector } from '../history/program.ts';
import type { Target } from './target.ts';

/**
 * Of all that the values hang on; not of how they are computed, nor of where they are written.
 * @returns letters and digits
 */
export function runId(target: Target, request: TrainingRequest, { digest, rows }: CheckedSpine): string {
  const { kind, name, fingerprint } = target.served;
  const { known, before, carried, hasKnownAt } = request;
  const labels = labelsOf(target.resolved.vector);
  return createHash('sha256')
    .update(
      JSON.stringify({
        ...{ kind, name, fingerprint, labels },
        ...{ known, before, carried, hasKnownAt, digest, rows },
      }),
    )
    .digest('hex')
    .slice(0, 16);
}

/** What they mean, and the keys that they are found by: the fingerprint of a vector tells nothing of them. */
const labelsOf = ({ labels }: SqlVector): unknown =>
  labels?.outputs.map(({ name, lookup, fingerprint }) => ({
    ...{ name, fingerprint, keys: labels.lookups[lookup]!.keys },
  }));
