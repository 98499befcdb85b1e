import type { SqlGroup } from '../../../runtime/history/program.ts';
import { camelCase, docComment, header, kebabCase } from '../../emit/file.ts';
import type { GeneratedFile } from '../../emit/file.ts';
import type { GroupPlan } from '../../ir/index.ts';
import { emitFeeds } from './emit-group.ts';
import { literalCode } from './source-text.ts';

/** `generated/sql/<labels>.ts`: the labels of one entity as data, for the vectors that take them. */
export function emitLabelGroup(plan: GroupPlan, group: SqlGroup): GeneratedFile {
  const data = literalCode({ ...group, feeds: emitFeeds(group.feeds) });
  const text = `${header(plan.origin)}
import type { SqlGroup } from 'skewless/abi';

${docComment([plan.doc, 'Labels, for training sets.'].filter(Boolean).join('\n\n'))}export const ${camelCase(plan.name)}: SqlGroup = ${data};
`;
  return { path: `sql/${kebabCase(plan.name)}.ts`, text };
}
