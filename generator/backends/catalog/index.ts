import type { GeneratedFile } from '../../emit/file.ts';
import { derivedInputs, featureFingerprint, vectorFingerprint } from '../../ir/fingerprint.ts';
import { featuresOf } from '../../ir/features.ts';
import type {
  AggregatePlan,
  DerivedPlan,
  FeedPlan,
  GroupPlan,
  LabelOutputPlan,
  Program,
  SourcePlan,
  VectorLabelsPlan,
  VectorPlan,
} from '../../ir/index.ts';
import { columnsOf } from '../../ir/visit.ts';
import { printExpr } from '../../ir/print.ts';
import { typeText } from './type-text.ts';
import { describeWindow } from './window-text.ts';

/**
 * `generated/catalog.json`: what there is, with types, windows, docs, owners, lineage, fingerprints and versions.
 * @param versions by `group.feature`
 */
export function catalogBackend(program: Program, versions: ReadonlyMap<string, number>): GeneratedFile[] {
  const catalog = {
    sources: program.sources.map(describeSource),
    groups: program.groups.map(group => describeGroup(program, group, versions)),
    labels: program.labels.map(group => describeGroup(program, group, versions)),
    vectors: program.vectors.map(vector => describeVector(program, vector, versions)),
  };
  return [{ path: 'catalog.json', text: `${JSON.stringify(catalog, null, 2)}\n` }];
}

function describeSource(source: SourcePlan): object {
  return {
    name: source.name,
    kind: source.kind,
    ...labels(source),
    ...(source.kind === 'changes' ? {} : { topics: source.topics }),
    columns: source.columns.map(column => ({
      name: column.name,
      type: typeText(column.type),
      nullable: column.nullable,
      ...(column.doc === undefined ? {} : { doc: column.doc }),
    })),
  };
}

/** Of features, or of labels. */
function describeGroup(program: Program, group: GroupPlan, versions: ReadonlyMap<string, number>): object {
  return {
    name: group.name,
    entity: group.entity,
    keys: group.keys.map(key => ({ name: key.name, type: typeText(key.type) })),
    ...labels(group),
    status: group.status,
    features: featuresOf(group).map(feature => {
      const aggregate = group.aggregates.find(({ name }) => name === feature.name);
      const derived = group.derived.find(({ name }) => name === feature.name);
      return {
        name: feature.name,
        type: typeText(feature.type),
        nullable: feature.nullable,
        ...labels((aggregate ?? derived)!),
        status: feature.status,
        ...(aggregate ? describeAggregate(group, aggregate) : describeDerived(derived!)),
        fingerprint: featureFingerprint(program, group, feature.name),
        version: versions.get(`${group.name}.${feature.name}`)!,
      };
    }),
  };
}

function describeAggregate(group: GroupPlan, aggregate: AggregatePlan): object {
  const feed = group.feeds[aggregate.feed]!;
  const input = aggregate.input === null ? null : feed.inputs[aggregate.input]!;
  const filter = aggregate.filter === null ? null : feed.filters[aggregate.filter]!;
  return {
    aggregate: aggregate.aggregate.kind,
    source: feed.source,
    input: input && printExpr(input),
    where: filter && printExpr(filter),
    window: describeWindow(aggregate.window),
    default: plain(aggregate.default),
    lineage: lineage(
      feed,
      [...(input ? [input] : []), ...(filter ? [filter] : []), ...feed.keys].flatMap(columnsOf),
    ),
  };
}

function describeDerived(derived: DerivedPlan): object {
  return {
    derived:
      derived.body.kind === 'expression'
        ? printExpr(derived.body.expr)
        : `compute ${derived.body.module}#${derived.body.export.join('.')}`,
    default: plain(derived.default),
    lineage: derivedInputs(derived),
  };
}

function describeVector(program: Program, vector: VectorPlan, versions: ReadonlyMap<string, number>): object {
  return {
    name: vector.name,
    ...labels(vector),
    status: vector.status,
    request: vector.request.map(column => ({
      name: column.name,
      type: typeText(column.type),
      nullable: column.nullable,
    })),
    features: featuresOf(vector).map(feature => {
      const output = vector.outputs.find(({ name }) => name === feature.name);
      const derived = vector.derived.find(({ name }) => name === feature.name);
      return {
        name: feature.name,
        type: typeText(feature.type),
        nullable: feature.nullable,
        doc: feature.doc,
        ...(output
          ? { from: operandText(vector, output.from), default: plain(output.default) }
          : describeDerived(derived!)),
        fingerprint: featureFingerprint(program, vector, feature.name),
        version: versions.get(`${vector.name}.${feature.name}`)!,
      };
    }),
    ...(vector.labels === undefined
      ? {}
      : { labels: vector.labels.outputs.map(label => describeLabel(vector.labels!, label)) }),
    fingerprint: vectorFingerprint(program, vector),
  };
}

function describeLabel({ lookups }: VectorLabelsPlan, label: LabelOutputPlan): object {
  return {
    name: label.name,
    type: typeText(label.type),
    nullable: true,
    doc: label.doc,
    from: `${lookups[label.lookup]!.group}.${label.label}`,
  };
}

function operandText(vector: VectorPlan, operand: VectorPlan['outputs'][number]['from']): string {
  return operand.kind === 'request'
    ? `request.${operand.name}`
    : `${vector.lookups[operand.lookup]!.group}.${operand.feature}`;
}

function lineage(feed: FeedPlan, columns: readonly string[]): string[] {
  return [...new Set(columns)].sort().map(column => `${feed.source}.${column}`);
}

function labels(plan: {
  readonly doc: string | null;
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly origin: { readonly file: string; readonly line: number };
}): object {
  return {
    doc: plan.doc,
    owner: plan.owner,
    tags: plan.tags,
    origin: `${plan.origin.file}:${plan.origin.line}`,
  };
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
