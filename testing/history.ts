import type { Ahead } from '../dsl/feature.ts';
import type {
  AnyFeatureGroup,
  AnyFeatureVector,
  AnyLabelGroup,
  Feature,
  Ratio,
  SourceDefinition,
} from '../dsl/index.ts';
import { readLog } from './record.ts';
import type { Value } from './scalar.ts';
import type { SourceRecord, Verdict } from './record.ts';
import { streamRows } from './stream-rows.ts';
import type { Row } from './stream-rows.ts';
import { readChanges } from './table-log.ts';
import type { LoggedChange } from './table-log.ts';
import { versionsOf } from './table-rows.ts';

export type Declaration = AnyFeatureGroup | AnyFeatureVector;
/** What reads the records of sources. */
export type Reader = Declaration | AnyLabelGroup;
export type RecordedSource = Exclude<SourceDefinition, { kind: 'changes' }>;

/** What the records of one source come to, before anything is asked. */
export type SourceHistory =
  | { readonly kind: 'stream'; readonly rows: readonly Row[] }
  | { readonly kind: 'table'; readonly changes: readonly LoggedChange[] };

/**
 * Reads the records of every source that the declarations use.
 * @returns the histories by source, and a verdict for each record, in the order given
 */
export function readHistories(
  records: readonly SourceRecord[],
  declarations: readonly Reader[],
): { readonly histories: ReadonlyMap<string, SourceHistory>; readonly verdicts: readonly Verdict[] } {
  const sources = recordedSources(declarations);
  const bySource = new Map(
    [...sources.keys()].map(name => [name, [] as (SourceRecord & { index: number })[]]),
  );
  records.forEach((record, index) => {
    const same = bySource.get(record.source);
    if (!same)
      throw new RangeError(
        `no feature reads '${record.source}': the sources are ${[...sources.keys()].join(', ')}`,
      );
    same.push({ ...record, index });
  });
  const verdicts: Verdict[] = records.map(() => ({ kind: 'known' }));
  const histories = new Map<string, SourceHistory>();
  for (const [name, definition] of sources) {
    const log = readLog(bySource.get(name)!);
    if (definition.kind === 'stream') {
      histories.set(name, { kind: 'stream', rows: streamRows(definition, log, verdicts) });
    } else {
      const changes = readChanges(definition, log, verdicts);
      for (const { index } of redeliveries(changes)) verdicts[index] = { kind: 'repeat' };
      histories.set(name, { kind: 'table', changes });
    }
  }
  return { histories, verdicts };
}

/** The source whose records a source's rows come from. */
export function recorded(definition: SourceDefinition): RecordedSource {
  return definition.kind === 'changes' ? definition.table : definition;
}

/** The sources, by name, whose records the declarations need. */
export function recordedSources(declarations: readonly Reader[]): Map<string, RecordedSource> {
  const groups = declarations.flatMap(declared =>
    declared.kind === 'vector'
      ? [...declared.lookups, ...declared.labels.lookups].map(lookup => lookup.group)
      : [declared],
  );
  const sources = groups.flatMap(featuresOf).flatMap(sourcesOf).map(recorded);
  return new Map(sources.map(source => [source.name, source]));
}

function featuresOf(group: AnyFeatureGroup | AnyLabelGroup): readonly AnyAggregate[] {
  return group.kind === 'labels'
    ? Object.values(group.options.labels).map(({ feature }) => feature)
    : Object.values(group.options.features);
}

type AnyAggregate = Feature<Value, Ahead> | Ratio<number | null>;

function sourcesOf(feature: AnyAggregate): SourceDefinition[] {
  if (feature.kind === 'aggregate') return [feature.source.definition];
  return [feature.numerator.source.definition, feature.denominator.source.definition];
}

/** The versions that do not exist, because their LSN is not above their predecessor's (semantics §7). */
function redeliveries(changes: readonly LoggedChange[]): LoggedChange[] {
  const byKey = new Map<string, LoggedChange[]>();
  for (const change of changes.filter(({ op }) => op !== 't')) {
    const key = JSON.stringify(change.key.map(String));
    byKey.set(key, [...(byKey.get(key) ?? []), change]);
  }
  return [...byKey.values()].flatMap(versions => {
    const existing = new Set(versionsOf(versions, []).map(version => version.index));
    return versions.filter(version => !existing.has(version.index));
  });
}
