import type { GeneratedFile } from '../../emit/file.ts';
import type { Program } from '../../ir/index.ts';
import { emitGroup } from './emit-group.ts';
import { emitLabelGroup } from './emit-labels.ts';
import { emitIndex, emitSchema, emitVector } from './emit-index.ts';
import { emitDatabase, emitSource } from './emit-source.ts';
import { sqlLabelGroup } from './label.ts';
import { sqlProgram } from './program.ts';
import { reviewGroup } from './review.ts';

/**
 * `generated/sql/`: the history's tables, and each group and vector as SQL over them.
 * @param versions by `group.feature`
 */
export function sqlBackend(program: Program, versions: ReadonlyMap<string, number>): GeneratedFile[] {
  const generated = sqlProgram(program, versions);
  const stored = program.sources.filter(source => source.kind !== 'changes');
  return [
    emitIndex(program, generated),
    ...emitSchema(generated),
    emitDatabase(program),
    ...stored.map((source, index) => emitSource(source, generated.sources[index]!)),
    ...program.groups.flatMap((plan, index) => [
      emitGroup(plan, generated.groups[index]!),
      reviewGroup(plan, generated.groups[index]!),
    ]),
    ...program.labels.map(plan => emitLabelGroup(plan, sqlLabelGroup(program, plan))),
    ...program.vectors.map((plan, index) =>
      emitVector(plan, generated.vectors[index]!, generated.functions.get(plan.name)),
    ),
  ];
}
