import { describeColumn, parseDuration } from '../../dsl/index.ts';
import type { AnyEntity, AnyFeatureGroup, AnyLabelGroup } from '../../dsl/index.ts';
import type { ScopeFeature } from '../frontend/index.ts';
import type { EntityKey, GroupPlan } from '../ir/index.ts';
import { planFeature } from './aggregates.ts';
import type { PlannedFeatures } from './aggregates.ts';
import type { Context } from './context.ts';
import { planLayer } from './derived.ts';
import { Feeds } from './feeds.ts';
import type { Sources } from './sources.ts';
import { isKeyType, scalarType, typeName } from './types.ts';

/** Plans one group: its keys, its feeds, its aggregates and the layers above them. */
export function planGroup(context: Context, sources: Sources, group: AnyFeatureGroup): GroupPlan {
  const { project } = context;
  const { entity, features, lookback } = group.options;
  context.checkDeclaration('group', group.name, project.spanOfArgument(group, 0));
  const { name: entityName, keys } = planEntity(context, group, entity);
  const feeds = new Feeds(context, sources, { name: entityName, keys });
  const planned: PlannedFeatures = { aggregates: [], derived: [] };
  reportDuplicates(context, features);
  for (const [name, feature] of Object.entries(features)) {
    const member = { record: features, name };
    context.checkName('feature', name, project.spanOfProperty(features, name));
    planFeature(context, feeds, member, feature, planned);
  }
  for (const layer of group.layers) {
    reportDuplicates(context, layer);
    planned.derived.push(...planLayer(context, layer, scopeOf(planned)));
  }
  const lookbackLength = parseDuration(lookback);
  if (lookbackLength === null) context.problem('SK421', group, { option: 'lookback', text: lookback });
  return {
    name: group.name,
    entity: entityName,
    keys,
    feeds: feeds.plans,
    ...planned,
    features: visibleNames(group),
    lookback: lookbackLength ?? 0,
    doc: project.docOf(group),
    owner: group.options.owner ?? null,
    tags: group.options.tags ?? [],
    status: group.options.status ?? 'stable',
    origin: context.originOf(group),
  };
}

/** The entity of a group of features or labels. */
export function planEntity(
  context: Context,
  group: AnyFeatureGroup | AnyLabelGroup,
  entity: AnyEntity,
): { readonly name: string; readonly keys: EntityKey[] } {
  const given: unknown = entity;
  if (typeof given !== 'object' || given === null || !('kind' in given) || given.kind !== 'entity') {
    context.problem('SK428', context.project.spanOfProperty(group, 'entity'), { group: group.name });
    return { name: '', keys: [] };
  }
  context.checkName('entity', entity.name, context.project.spanOfArgument(entity, 0));
  return { name: entity.name, keys: planKeys(context, entity) };
}

function planKeys(context: Context, entity: AnyEntity): EntityKey[] {
  const { shape } = entity;
  if (Object.keys(shape).length === 0) context.problem('SK424', entity, { entity: entity.name });
  return Object.entries(shape).map(([name, schema]) => {
    const at = context.project.spanOfProperty(entity, name);
    context.checkName('key', name, at);
    const described = describeColumn(schema);
    if ('problem' in described) {
      context.problem('SK409', at, { column: name, problem: described.problem });
      return { name, type: { kind: 'text' } };
    }
    const type = scalarType(described.type);
    const got = described.nullable ? 'nullable' : typeName(type);
    if (described.nullable || !isKeyType(type))
      context.problem('SK411', at, { role: 'key', column: name, got });
    return { name, type };
  });
}

/** What a layer's lambdas see: everything planned before it. */
function scopeOf({ aggregates, derived }: PlannedFeatures): ScopeFeature[] {
  return [...aggregates.filter(({ hidden }) => !hidden), ...derived].map(({ name, type, nullable }) => ({
    name,
    type,
    nullable,
  }));
}

export function reportDuplicates(context: Context, record: object): void {
  for (const { name, span, related } of context.project.duplicatesIn(record)) {
    context.report.add('SK403', span, { name }, related);
  }
}

export function visibleNames(group: AnyFeatureGroup): string[] {
  return [...Object.keys(group.options.features), ...group.layers.flatMap(layer => Object.keys(layer))];
}
