import type { AnyLabelGroup, AnyFeatureVector } from '../dsl/index.ts';
import { readFeature } from './feature.ts';
import type { AnyAggregation, Read } from './feature.ts';
import { recorded } from './history.ts';
import type { Value, Values } from './scalar.ts';
import { length } from './stream-rows.ts';
import { windowAt } from './window.ts';

/** Up to where one partition of a source holds every record, by arrival, µs. */
export interface CompletePartition {
  readonly source: string;
  /** Every record that arrived before this is there; Infinity where nothing more will come. */
  readonly completeUntil: number;
}

/** The partitions there are; `'all'`: nothing more will come of any source. */
export type Completeness = 'all' | readonly CompletePartition[];

/** The labels of a group, each null until its time is complete (rule 49). */
export function readLabels(group: AnyLabelGroup, read: Read, complete: Completeness): Values {
  return Object.fromEntries(
    Object.entries(group.options.labels).map(([name, { feature }]) => [
      name,
      isComplete(feature, read, complete) ? readFeature(feature, read) : null,
    ]),
  );
}

/** The labels that a vector takes, by its names. `valuesOf`: those of a group for the keys of a lookup. */
export function takenLabels(
  vector: AnyFeatureVector,
  valuesOf: (lookup: AnyFeatureVector['labels']['lookups'][number]) => Values,
): Values {
  const found = new Map(vector.labels.lookups.map(lookup => [lookup, valuesOf(lookup)]));
  const taken = Object.entries(vector.labels.taken);
  return Object.fromEntries(
    taken.map(([name, { lookup, label }]): [string, Value] => [name, found.get(lookup)![label]!]),
  );
}

/** Whether all that may happen in the window has arrived in every partition. */
function isComplete(feature: AnyAggregation, { t, before }: Read, complete: Completeness): boolean {
  if (complete === 'all') return true;
  const { definition } = feature.source;
  const { to } = windowAt(feature.options, t, before);
  const late = definition.kind === 'stream' && definition.lateness !== null ? length(definition.lateness) : 0;
  const partitions = complete.filter(({ source }) => source === recorded(definition).name);
  return partitions.length > 0 && partitions.every(({ completeUntil }) => completeUntil > to + late);
}
