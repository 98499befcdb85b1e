import { featuresOf } from '../../../ir/features.ts';
import type { GroupPlan, Program, VectorPlan } from '../../../ir/index.ts';
import type { GeneratedGroup } from '../group.ts';
import { identifier, textLiteral } from '../literal.ts';
import type { GeneratedVector } from '../vector.ts';
import { callableFunction } from './function.ts';
import type { CallableFunction } from './function.ts';
import { helperDdl } from './helpers.ts';
import { inSql } from './in-sql.ts';
import { presentView } from './present-view.ts';
import type { PresentView } from './present-view.ts';
import { registryDdl, registered } from './registry.ts';

export interface Callables {
  /** What makes them in a database. */
  readonly statements: readonly string[];
  /** By group and vector; those that SQL computes nothing of are not there. */
  readonly functions: ReadonlyMap<string, CallableFunction>;
}

/**
 * Groups and vectors for those who live in SQL: a function of one read for each, and a view of the present for each
 * group, with the authors' words as comments.
 */
export function callablesOf(
  program: Program,
  groups: readonly GeneratedGroup[],
  vectors: readonly GeneratedVector[],
): Callables {
  const { lost, ...sql } = inSql(program, groups, vectors);
  const made = [
    ...program.groups.flatMap((plan, index) => {
      const callable = callableFunction(program, sql, { group: plan.name });
      if (callable === null) return [];
      return [{ plan, callable, view: presentView(program, plan, sql.groups[index]!, callable) }];
    }),
    ...program.vectors.flatMap(plan => {
      const callable = callableFunction(program, sql, { vector: plan.name });
      return callable === null ? [] : [{ plan, callable, view: null }];
    }),
  ];
  const entries = made.map(({ plan, callable, view }) => registered(plan.name, callable, view));
  const statements = [
    ...helperDdl,
    ...registryDdl(entries),
    ...made.flatMap(({ plan, callable, view }) => [
      rowType(callable),
      ...callable.statements,
      ...(view === null ? [] : [view.statement]),
      ...comments(plan, callable, view, lost.get(plan.name)!),
    ]),
  ];
  return { statements, functions: new Map(made.map(({ plan, callable }) => [plan.name, callable])) };
}

/** One that is there has these columns: {@link registryDdl} drops those that have others. */
function rowType({ rowType: name, columns }: CallableFunction): string {
  const list = columns.map(column => `  ${identifier(column.name)} ${column.type}`).join(',\n');
  return `do $do$ begin
create type ${name} as (
${list}
);
exception when duplicate_object then null;
end $do$`;
}

function comments(
  plan: GroupPlan | VectorPlan,
  callable: CallableFunction,
  view: PresentView | null,
  lost: readonly string[],
): readonly string[] {
  const features = featuresOf(plan).filter(({ name }) => !lost.includes(name));
  const list = features.map(({ name, doc }) => (doc === null ? name : `${name}: ${doc}`));
  const absent = lost.length === 0 ? [] : [`Not here, for JavaScript computes them: ${lost.join(', ')}.`];
  const about = (what: string): string =>
    textLiteral([what, plan.doc, list.join('\n'), ...absent].filter(Boolean).join('\n\n'));
  const ofColumns = (relation: string): readonly string[] =>
    features.flatMap(({ name, doc }) =>
      doc === null ? [] : [`comment on column ${relation}.${identifier(name)} is ${textLiteral(doc)}`],
    );
  return [
    `comment on function ${callable.atAnyInstant} is ${about(`${plan.name} at t, by what had arrived at known_at: at t unless told otherwise, all there is at 'infinity'.`)}`,
    `comment on function ${callable.atPresent} is ${about(`${plan.name} at this moment, by all that has arrived.`)}`,
    `comment on type ${callable.rowType} is ${about(`A row of ${plan.name}.`)}`,
    ...ofColumns(callable.rowType),
    ...(view === null
      ? []
      : [
          `comment on view ${view.name} is ${about(`${plan.name} at this moment, of every key that the history has.`)}`,
          ...ofColumns(view.name),
        ]),
  ];
}
