// Control path. A group as far as some of its features need it.
import type { SqlAggregate, SqlGroup, SqlLayer, SqlProbe } from './program.ts';

/**
 * Leaves out what these features are not made of: other features, parts, probes, windows and feeds.
 *
 * 1. a derived feature needs what it uses: its layers are gone through backwards
 * 2. an aggregate needs its parts and its window; `changes` and the like have queries of their own as parts
 * 3. a feed is needed where a window looks through it
 *
 * @throws when the group has no feature of a name
 */
export function pruneGroup(group: SqlGroup, features: readonly string[]): SqlGroup {
  const missing = features.filter(name => !group.features.some(feature => feature.name === name));
  if (missing.length > 0) throw new Error(`${group.name} has no feature ${missing.join(', ')}`);
  const needed = new Set(features);
  const derived = neededLayers(group.derived, needed);
  const aggregates = group.aggregates.filter(({ name }) => needed.has(name));
  const windows = group.windows.filter(({ index }) => aggregates.some(({ window }) => window === index));
  const probes = neededProbes(group.probes, aggregates);
  const parts = probes.flatMap(probe => (probe.kind === 'window' ? probe.parts : []));
  return {
    ...group,
    aggregates,
    derived,
    windows,
    probes,
    feeds: group.feeds
      .filter(({ index }) => windows.some(({ feed }) => feed === index))
      .map(feed => ({
        ...feed,
        totals: feed.totals.filter(({ name }) => parts.some(({ total }) => total === name)),
        merges: feed.merges.filter(({ name }) => parts.some(({ merge }) => merge === name)),
      })),
    features: group.features.filter(({ name }) => needed.has(name)),
  };
}

/** Adds what the layers use to `needed`. */
function neededLayers(layers: readonly SqlLayer[], needed: Set<string>): readonly SqlLayer[] {
  return layers
    .toReversed()
    .map(layer => {
      const features = layer.features.toReversed().filter(({ name, uses }) => {
        if (!needed.has(name)) return false;
        for (const used of uses) needed.add(used);
        return true;
      });
      return { ...layer, features: features.toReversed() } as SqlLayer;
    })
    .toReversed()
    .filter(({ features }) => features.length > 0);
}

function neededProbes(probes: readonly SqlProbe[], aggregates: readonly SqlAggregate[]): readonly SqlProbe[] {
  const parts = new Set(aggregates.flatMap(aggregate => aggregate.parts));
  return probes
    .map(probe =>
      probe.kind === 'window'
        ? { ...probe, parts: probe.parts.filter(({ name }) => parts.has(name)) }
        : { ...probe, parts: probe.parts.filter(name => parts.has(name)) },
    )
    .filter(probe => probe.parts.length > 0);
}
