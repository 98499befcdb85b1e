import { columnOf, describeColumn } from '../dsl/index.ts';
import type { AnyFeature, AnyFeatureGroup, Shape, SourceDefinition } from '../dsl/index.ts';
import type { AnyAggregation } from './feature.ts';
import { typeOfLambda } from './value-type.ts';
import type { TypeAt, ValueType } from './value-type.ts';

const unknown: ValueType = { kind: 'unknown' };
const double: ValueType = { kind: 'double' };

/** The type of an aggregation's input, read off its lambda (semantics §10.2). */
export function inputType({ source, input }: AnyAggregation): ValueType {
  if (input === null) return unknown;
  const typeAt = rowTypes(source.definition);
  const column = columnOf.get(input);
  return (column === undefined ? typeOfLambda(input, typeAt) : typeAt([column])) ?? unknown;
}

function rowTypes(definition: SourceDefinition): TypeAt {
  if (definition.kind !== 'changes') return path => columnType(definition.shape, path);
  return ([first, ...rest]) => {
    if (first === 'op' && rest.length === 0) return { kind: 'enum' };
    return first === 'before' || first === 'after' ? columnType(definition.table.shape, rest) : null;
  };
}

function columnType(shape: Shape, path: readonly string[]): ValueType | null {
  const schema = path.length === 1 ? shape[path[0]!] : undefined;
  if (schema === undefined) return null;
  const described = describeColumn(schema);
  return 'problem' in described ? null : described.type;
}

const known = new WeakMap<AnyFeatureGroup, Map<string, ValueType>>();

/** The types of a group's features, by name. */
function featureTypes(group: AnyFeatureGroup): ReadonlyMap<string, ValueType> {
  const kept = known.get(group);
  if (kept) return kept;
  const types = new Map<string, ValueType>();
  known.set(group, types);
  for (const [name, feature] of Object.entries(group.options.features)) types.set(name, featureType(feature));
  for (const layer of group.layers) {
    for (const [name, declared] of Object.entries(layer)) {
      const lambda = typeof declared === 'object' && 'value' in declared ? declared.value : declared;
      types.set(
        name,
        typeof lambda === 'function'
          ? typeOfLambda(lambda, ([path = '']) => types.get(path) ?? null)
          : unknown,
      );
    }
  }
  return types;
}

function featureType(feature: AnyFeature): ValueType {
  if (feature.kind === 'ratio') return double;
  const { aggregate } = feature;
  switch (aggregate.kind) {
    case 'min':
    case 'max':
    case 'mode':
    case 'first':
    case 'last':
    case 'latest':
      return inputType(feature);
    case 'percentile':
      return aggregate.method === 'disc' ? inputType(feature) : double;
    case 'any':
    case 'all':
      return { kind: 'boolean' };
    case 'lastN':
    case 'topK':
    case 'distinctList':
      return unknown;
    default:
      return double;
  }
}

/** Whether a feature is a number, as `getOr` asks. @throws TypeError where its lambda does not tell. */
export function isNumber(group: AnyFeatureGroup, name: string): boolean {
  const type = featureTypes(group).get(name)!;
  if (type.kind === 'unknown') {
    throw new TypeError(
      `${group.name}.${name}: its lambda does not tell whether it is a number; name its default with .or()`,
    );
  }
  return type.kind === 'int' || type.kind === 'decimal' || type.kind === 'double' || type.kind === 'literal';
}
