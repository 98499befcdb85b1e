import { Label } from '../../dsl/index.ts';
import type { AnyLabelGroup } from '../../dsl/index.ts';
import type { AggregatePlan, GroupPlan } from '../ir/index.ts';
import { planAggregate } from './aggregates.ts';
import type { Member } from './aggregates.ts';
import type { Context } from './context.ts';
import { Feeds } from './feeds.ts';
import { planEntity, reportDuplicates } from './groups.ts';
import { labelsOf } from './labels.ts';
import type { Sources } from './sources.ts';

/** Plans the labels of one entity as a group without derived features. */
export function planLabelGroup(context: Context, sources: Sources, group: AnyLabelGroup): GroupPlan {
  const { project } = context;
  const { entity, labels } = group.options;
  context.checkDeclaration('group', group.name, project.spanOfArgument(group, 0));
  const { name: entityName, keys } = planEntity(context, group, entity);
  const feeds = new Feeds(context, sources, { name: entityName, keys });
  reportDuplicates(context, labels);
  const planned = Object.entries(labels).map(([name, label]) => {
    context.checkName('label', name, project.spanOfProperty(labels, name));
    return planLabel(context, feeds, { record: labels, name }, label);
  });
  const aggregates = planned.filter(plan => plan !== null);
  return {
    name: group.name,
    entity: entityName,
    keys,
    feeds: feeds.plans,
    aggregates,
    derived: [],
    features: aggregates.map(({ name }) => name),
    lookback: 0,
    doc: project.docOf(group),
    owner: group.options.owner ?? null,
    tags: group.options.tags ?? [],
    status: group.options.status ?? 'stable',
    origin: context.originOf(group),
  };
}

/** An aggregate over what is ahead: null until that is complete, also where it has a default. */
function planLabel(context: Context, feeds: Feeds, member: Member, label: unknown): AggregatePlan | null {
  const at = context.project.spanOfProperty(member.record, member.name);
  if (!(label instanceof Label)) {
    context.problem('SK425', at, { name: member.name });
    return null;
  }
  const { feature } = label;
  if (feature.source.definition.kind === 'table') {
    const place = context.project.spanOf(feature) ?? at;
    context.problem('SK426', place, { table: feature.source.definition.name });
    return null;
  }
  const plan = planAggregate(context, feeds, member, feature, false);
  return plan && { ...plan, nullable: true, ...labelsOf(context, member, feature, feature.options) };
}
