import type { Labels } from '../../dsl/index.ts';
import type { Described } from '../ir/index.ts';
import type { Context } from './context.ts';

/** What the catalog says of a feature: from its options, its doc comment and its place. */
export function labelsOf(
  context: Context,
  member: { readonly record: object; readonly name: string },
  declared: object,
  labels: Labels,
): Described {
  return {
    doc: context.project.docOfProperty(member.record, member.name),
    owner: labels.owner ?? null,
    tags: labels.tags ?? [],
    status: labels.status ?? 'stable',
    origin: context.project.originOf(declared) ?? context.originOf(member.record),
  };
}
