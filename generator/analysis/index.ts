import { FeatureGroup, FeatureVector, LabelGroup } from '../../dsl/index.ts';
import type {
  AnyFeatureGroup,
  AnyFeatureVector,
  AnyLabelGroup,
  LabelLookup,
  Lookup,
} from '../../dsl/index.ts';
import type { Diagnostics } from '../diagnostics/index.ts';
import type { Project } from '../frontend/index.ts';
import type { GroupPlan, Program } from '../ir/index.ts';
import { reportCollisions } from './collisions.ts';
import { Context } from './context.ts';
import { planGroup } from './groups.ts';
import { planLabelGroup } from './label-groups.ts';
import { Sources } from './sources.ts';
import { planVector } from './vectors.ts';
import { zonesOf } from './zones.ts';

/**
 * From what the feature modules exported to a checked program. Everything wrong is reported; the program is
 * whole only when nothing was. Null where the analysis fell over what TypeScript has refused, which may be anything
 * when it runs: then the report has TypeScript's reason.
 */
export function analyse(project: Project, folder: string, report: Diagnostics): Program | null {
  const isTyped = report.list().every(({ code }) => code !== 'SK100');
  if (isTyped) return planned(project, folder, report);
  try {
    return planned(project, folder, report);
  } catch {
    return null;
  }
}

function planned(project: Project, folder: string, report: Diagnostics): Program {
  const context = new Context(project, report);
  const sources = new Sources(context);
  const groups = new Map<string, Planned>();
  const labels = new Map<string, Planned>();
  const exported = project.declarations.map(({ value }) => value);
  const vectors = distinct(
    exported.filter((value): value is AnyFeatureVector => value instanceof FeatureVector),
  );

  const plan = (group: AnyFeatureGroup | AnyLabelGroup): GroupPlan => {
    const kind = group.kind === 'labels' ? labels : groups;
    const known = kind.get(group.name);
    if (known?.group === group) return known.plan;
    if (known) context.problem('SK402', group, { what: 'groups', name: group.name });
    const plan =
      group.kind === 'labels' ? planLabelGroup(context, sources, group) : planGroup(context, sources, group);
    if (!known) kind.set(group.name, { group, plan });
    return plan;
  };
  for (const group of distinct(
    exported.filter((value): value is AnyFeatureGroup => value instanceof FeatureGroup),
  ))
    plan(group);
  // Groups come first, so that the sources of the stream are the same with labels and without.
  for (const lookup of vectors.flatMap(vector => vector.lookups)) plan(lookup.group);
  for (const group of distinct(
    exported.filter((value): value is AnyLabelGroup => value instanceof LabelGroup),
  ))
    plan(group);
  const vectorPlans = vectors.map(vector =>
    planVector(context, vector, (lookup: Lookup | LabelLookup) => plan(lookup.group)),
  );
  reportTwins(context, [...groups.keys()], [...[...labels.values()].map(({ group }) => group), ...vectors]);
  if (report.empty) {
    reportCollisions(context, [
      ...sources.declared.map(({ name, view }) => ({ kind: 'source' as const, name, value: view })),
      ...[...groups, ...labels].map(([name, { group }]) => ({ kind: 'group' as const, name, value: group })),
      ...vectors.map(vector => ({ kind: 'vector' as const, name: vector.name, value: vector })),
    ]);
  }
  reportUnexported(
    context,
    new Set([...groups.keys(), ...labels.keys(), ...vectors.map(({ name }) => name)]),
  );
  if (groups.size === 0 && report.empty) context.problem('SK420', null, { folder });

  const plans = [...groups.values()].map(each => each.plan);
  const labelPlans = [...labels.values()].map(each => each.plan);
  return {
    sources: sources.plans,
    groups: plans,
    vectors: vectorPlans,
    labels: labelPlans,
    zones: zonesOf(plans, vectorPlans),
    labelZones: zonesOf(labelPlans, []),
  };
}

/** A group of features or labels, and its plan. */
interface Planned {
  readonly group: AnyFeatureGroup | AnyLabelGroup;
  readonly plan: GroupPlan;
}

/** Groups and vectors share the client's namespace, and with labels that of the generated SQL. */
function reportTwins(
  context: Context,
  groups: readonly string[],
  others: readonly { readonly name: string }[],
): void {
  const seen = new Set(groups);
  for (const other of others) {
    if (seen.has(other.name))
      context.problem('SK402', other, { what: 'groups or vectors', name: other.name });
    seen.add(other.name);
  }
}

/** What was declared and is in no plan: a forgotten `export` would be a feature that is silently not there. */
function reportUnexported(context: Context, planned: ReadonlySet<string>): void {
  const told = new Set<string>(planned);
  for (const value of context.project.made) {
    if (!(value instanceof FeatureGroup || value instanceof FeatureVector || value instanceof LabelGroup))
      continue;
    if (told.has(value.name)) continue;
    told.add(value.name);
    context.problem('SK429', value, { name: value.name });
  }
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
