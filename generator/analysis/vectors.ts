import { describeColumn, Ref } from '../../dsl/index.ts';
import type { AnyFeatureVector, LabelLookup, Lookup, Shape } from '../../dsl/index.ts';
import type { ScopeFeature } from '../frontend/index.ts';
import { featuresOf } from '../ir/features.ts';
import type {
  Column,
  DerivedPlan,
  GroupPlan,
  LookupPlan,
  OutputPlan,
  ValueType,
  VectorOperand,
  VectorPlan,
} from '../ir/index.ts';
import { checkedDefault } from './aggregates.ts';
import type { Context } from './context.ts';
import { planLayer } from './derived.ts';
import { reportDuplicates } from './groups.ts';
import { isNumeric, isSameKey, scalarType, typeName } from './types.ts';
import { planVectorLabels } from './vector-labels.ts';

interface Typing {
  readonly type: ValueType;
  readonly nullable: boolean;
  readonly doc: string | null;
}

/** Plans one vector. `groupOf` finds the plan of a group that a lookup reads, of features or of labels. */
export function planVector(
  context: Context,
  vector: AnyFeatureVector,
  groupOf: (lookup: Lookup | LabelLookup) => GroupPlan,
): VectorPlan {
  const { project } = context;
  context.checkDeclaration('vector', vector.name, project.spanOfArgument(vector, 0));
  const request = planRequest(context, vector, vector.options.request);
  const groups = vector.lookups.map(groupOf);
  const operandOf = (ref: Ref<unknown>): VectorOperand =>
    ref.from.kind === 'request'
      ? { kind: 'request', name: ref.from.name }
      : { kind: 'feature', lookup: vector.lookups.indexOf(ref.from.lookup), feature: ref.from.feature };
  const typingOf = (operand: VectorOperand): Typing | null => {
    if (operand.kind === 'request') {
      const column = request.find(({ name }) => name === operand.name);
      return column ? { ...column, doc: column.doc ?? null } : null;
    }
    return featuresOf(groups[operand.lookup]!).find(({ name }) => name === operand.feature) ?? null;
  };
  const keysOf = (lookup: Lookup | LabelLookup, group: GroupPlan): readonly VectorOperand[] => {
    const keys = group.keys.map(key => {
      const ref = lookup.keys[key.name];
      if (!(ref instanceof Ref)) {
        context.problem('SK422', vector, { group: lookup.group.name, key: key.name });
        return null;
      }
      const operand = operandOf(ref);
      const typing = typingOf(operand);
      if (typing && !isSameKey(typing.type, key.type)) {
        context.problem('SK408', vector, {
          key: key.name,
          wanted: typeName(key.type),
          got: typeName(typing.type),
        });
      }
      return operand;
    });
    return keys.filter(key => key !== null);
  };
  const lookups = vector.lookups.map((lookup, index): LookupPlan => {
    const group = groups[index]!;
    return { group: group.name, keys: keysOf(lookup, group) };
  });
  const outputs = planOutputs(context, vector, operandOf, typingOf);
  const derived: DerivedPlan[] = [];
  for (const layer of vector.layers) {
    reportDuplicates(context, layer);
    derived.push(...planLayer(context, layer, scopeOf(request, outputs, derived)));
  }
  reportTaken(context, vector, outputs, derived);
  const features = [...outputs.map(({ name }) => name), ...derived.map(({ name }) => name)];
  const taken = [...features, ...request.map(({ name }) => name)];
  return {
    name: vector.name,
    request,
    lookups,
    outputs,
    derived,
    features,
    ...(vector.labels.lookups.length === 0
      ? {}
      : { labels: planVectorLabels(context, vector, { groupOf, keysOf, taken }) }),
    doc: project.docOf(vector),
    owner: vector.options.owner ?? null,
    tags: vector.options.tags ?? [],
    status: vector.options.status ?? 'stable',
    origin: context.originOf(vector),
  };
}

function planRequest(context: Context, vector: object, shape: Shape): Column[] {
  const columns: Column[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const at = context.project.spanOfProperty(vector, name);
    context.checkName('request input', name, at);
    const described = describeColumn(schema);
    if ('problem' in described) context.problem('SK409', at, { column: name, problem: described.problem });
    else columns.push({ name, type: scalarType(described.type), nullable: described.nullable });
  }
  return columns;
}

function planOutputs(
  context: Context,
  vector: AnyFeatureVector,
  operandOf: (ref: Ref<unknown>) => VectorOperand,
  typingOf: (operand: VectorOperand) => Typing | null,
): OutputPlan[] {
  const outputs: OutputPlan[] = [];
  reportDuplicates(context, vector.taken);
  for (const [name, ref] of Object.entries(vector.taken)) {
    const at = context.project.spanOfProperty(vector.taken, name);
    context.checkName('feature', name, at);
    if (!(ref instanceof Ref)) {
      context.problem('SK417', at, { name });
      continue;
    }
    const from = operandOf(ref);
    const typing = typingOf(from);
    if (typing === null) continue;
    const replaces = ref.otherwise !== null && (!ref.otherwise.numbersOnly || isNumeric(typing.type));
    const fallback = replaces
      ? checkedDefault(context, { record: vector.taken, name }, ref.otherwise!.value, typing.type)
      : null;
    outputs.push({
      name,
      from,
      type: typing.type,
      nullable: typing.nullable && fallback === null,
      default: fallback,
      doc: context.project.docOfProperty(vector.taken, name) ?? typing.doc,
      origin: context.originOf(vector),
    });
  }
  return outputs;
}

/** The features before a layer, and the request's inputs; a feature taken under an input's name is the feature. */
function scopeOf(
  request: readonly Column[],
  outputs: readonly OutputPlan[],
  derived: readonly DerivedPlan[],
): ScopeFeature[] {
  const scope = new Map<string, ScopeFeature>();
  for (const { name, type, nullable } of [...request, ...outputs, ...derived])
    scope.set(name, { name, type, nullable });
  return [...scope.values()];
}

/** A feature may not take the name of a request input, unless it is that input passed through. */
function reportTaken(
  context: Context,
  vector: AnyFeatureVector,
  outputs: readonly OutputPlan[],
  derived: readonly DerivedPlan[],
): void {
  const inputs = new Set(Object.keys(vector.options.request));
  const passed = new Set(
    outputs.filter(({ from, name }) => from.kind === 'request' && from.name === name).map(({ name }) => name),
  );
  const seen = new Set<string>();
  for (const { name } of [...outputs, ...derived]) {
    if (seen.has(name) || (inputs.has(name) && !passed.has(name))) {
      context.problem('SK402', vector, { what: 'features or request inputs', name });
    }
    seen.add(name);
  }
}
