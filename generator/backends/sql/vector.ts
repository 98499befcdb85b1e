import type { SqlExpression, SqlVector } from '../../../runtime/history/program.ts';
import type { GroupPlan, OutputPlan, Program, VectorPlan } from '../../ir/index.ts';
import { withDefault } from './aggregates.ts';
import { sqlType } from './columns.ts';
import { derivedLayers } from './derived.ts';
import type { GeneratedLayer } from './derived.ts';
import { sqlLabels } from './label.ts';
import { identifier } from './literal.ts';
import { operand, requestKeys } from './operand.ts';

/** A vector as the runtime takes it, but for derived features in JavaScript. */
export type GeneratedVector = Omit<SqlVector, 'derived'> & { readonly derived: readonly GeneratedLayer[] };

/**
 * Names in its SQL: `q` the request, `l0…` the results of the lookups, `f` the outputs.
 * @param versions of labels, by `group.feature`
 */
export function sqlVector(
  program: Program,
  vector: VectorPlan,
  versions: ReadonlyMap<string, number>,
): GeneratedVector {
  const outputs = vector.outputs.map(sqlOutput);
  return {
    name: vector.name,
    requestKeys: requestKeys(vector.lookups),
    request: vector.request.map(({ name, type, nullable }) => ({ name, type: sqlType(type), nullable })),
    lookups: vector.lookups.map(({ group, keys }, lookup) => ({
      group: groupNamed(program, group).name,
      keys: keys.map(operand),
      features: featuresTaken(vector, lookup),
    })),
    outputs,
    derived: derivedLayers(vector.derived, name => {
      if (outputs.some(output => output.name === name)) return `f.${identifier(name)}`;
      return vector.request.some(column => column.name === name) ? `q.${identifier(name)}` : null;
    }),
    ...(vector.labels === undefined ? {} : { labels: sqlLabels(program, vector.labels, versions) }),
    features: vector.features.map(name => {
      const plan = vector.outputs.find(o => o.name === name) ?? vector.derived.find(d => d.name === name);
      if (plan === undefined) throw new Error(`${vector.name} has no feature ${name}`);
      return { name, type: sqlType(plan.type) };
    }),
  };
}

/** What outputs and the keys of later lookups, those of labels too, take of a lookup. */
function featuresTaken({ lookups, outputs, labels }: VectorPlan, lookup: number): readonly string[] {
  const keyed = [...lookups, ...(labels?.lookups ?? [])];
  const operands = [...keyed.flatMap(({ keys }) => keys), ...outputs.map(({ from }) => from)];
  const taken = operands.flatMap(from =>
    from.kind === 'feature' && from.lookup === lookup ? [from.feature] : [],
  );
  return [...new Set(taken)];
}

function sqlOutput(output: OutputPlan): SqlExpression {
  return {
    name: output.name,
    type: sqlType(output.type),
    sql: withDefault(operand(output.from), output),
  };
}

function groupNamed(program: Program, name: string): GroupPlan {
  const group = program.groups.find(candidate => candidate.name === name);
  if (group === undefined) throw new Error(`the program has no group ${name}`);
  return group;
}
