// Control path. What a training set tells of itself: enough to make it again, and to compare what is served with it later.
import type { FrontierPosition, Known } from '../history/spine.ts';
import type { TrainingSetNotes } from '../history/notes.ts';
import type { SqlVector } from '../history/program.ts';
import type { ServedFeature } from '../serve/plan.ts';
import { version } from '../service/version.ts';
import type { CheckedSpine } from './check-spine.ts';
import type { TrainingRequest } from './contract.ts';
import type { Target } from './target.ts';

/** Plain JSON. It holds no time of its making: the same training set is the same file. */
export interface TrainingSetMetadata {
  /** Of skewless. */
  readonly version: string;
  readonly kind: 'group' | 'vector';
  readonly name: string;
  /** Of the meaning of what was read, as the service tells it. */
  readonly fingerprint: string;
  readonly features: readonly Pick<ServedFeature, 'name' | 'fingerprint' | 'version'>[];
  /** What looks ahead of the instants; absent: nothing does. */
  readonly labels?: readonly LabelMetadata[];
  readonly spine: { readonly name: string; readonly rows: number; readonly sha256: string };
  readonly known: Known;
  readonly before: boolean;
  /** Where the history stood, by partition. */
  readonly frontier: readonly FrontierPosition[];
  readonly notes: TrainingSetNotes;
  /** Names the run. */
  readonly run: string;
  /** Of each column that was computed. */
  readonly profile?: unknown;
}

export interface LabelMetadata {
  readonly name: string;
  /** As features.lock.json calls it: `user_outcome.stays_30d`. */
  readonly label: string;
  readonly fingerprint: string;
  readonly version: number;
}

export function metadataOf(
  target: Target,
  request: TrainingRequest,
  spine: string,
  checked: CheckedSpine,
  frontier: readonly FrontierPosition[],
  notes: TrainingSetNotes,
  run: string,
): TrainingSetMetadata {
  const { kind, name, fingerprint, features } = target.served;
  return {
    version,
    kind,
    name,
    fingerprint,
    features: features.map(feature => ({
      name: feature.name,
      fingerprint: feature.fingerprint,
      version: feature.version,
    })),
    ...labelsOf(target.resolved.vector),
    spine: { name: spine, rows: checked.rows, sha256: checked.digest },
    known: request.known,
    before: request.before,
    frontier: frontier.map(({ source, topic, epoch, partition, nextOffset }) => ({
      ...{ source, topic, epoch, partition, nextOffset },
    })),
    notes,
    run,
  };
}

function labelsOf({ labels }: SqlVector): Pick<TrainingSetMetadata, 'labels'> {
  if (labels === undefined) return {};
  const { lookups, outputs } = labels;
  return {
    labels: outputs.map(({ name, lookup, label, fingerprint, version: ofLabel }) => ({
      ...{ name, label: `${lookups[lookup]!.group.name}.${label}`, fingerprint, version: ofLabel },
    })),
  };
}
