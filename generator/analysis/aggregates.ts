import { Feature, Ratio } from '../../dsl/index.ts';
import type { Ahead, Value } from '../../dsl/feature.ts';
import type { AnyFeature } from '../../dsl/index.ts';
import type { Span } from '../diagnostics/index.ts';
import type {
  Aggregate,
  AggregatePlan,
  DefaultValue,
  DerivedPlan,
  Expr,
  FeatureExpr,
  SourcePlan,
  ValueType,
} from '../ir/index.ts';
import { aggregateType } from './aggregate-type.ts';
import type { Context } from './context.ts';
import type { Feeds } from './feeds.ts';
import { labelsOf } from './labels.ts';
import { nameFits } from './names.ts';
import { parameterProblem } from './parameters.ts';
import { fitsType, typeName } from './types.ts';
import { isHoldable, planWindow } from './window.ts';

/** Where a feature is declared: the record that holds it, and its name there. */
export interface Member {
  readonly record: object;
  readonly name: string;
}

/** Of a group or of labels. */
export type AnyAggregate = Feature<Value | null, Ahead>;

export interface PlannedFeatures {
  readonly aggregates: AggregatePlan[];
  /** Ratios: what is computed of aggregates before any layer. */
  readonly derived: DerivedPlan[];
}

/** Plans one declared feature into `into`; what cannot be planned is reported and left out. */
export function planFeature(
  context: Context,
  feeds: Feeds,
  member: Member,
  feature: AnyFeature,
  into: PlannedFeatures,
): void {
  if (feature instanceof Ratio) planRatio(context, feeds, member, feature, into);
  else if (isAggregate(context, member, feature, `\`${member.name}\``)) {
    const plan = planAggregate(context, feeds, member, feature, false);
    if (plan) into.aggregates.push(plan);
  }
}

/** Reports what is no aggregate: only a type that was forced, or an error of TypeScript, lets it come so far. */
function isAggregate(context: Context, member: Member, declared: unknown, what: string): boolean {
  if (declared instanceof Feature) return true;
  context.problem('SK427', context.project.spanOfProperty(member.record, member.name), { what });
  return false;
}

/** `a / b` as two hidden aggregates and a division; null where either is null or b is 0. */
function planRatio(
  context: Context,
  feeds: Feeds,
  member: Member,
  ratio: Ratio<number | null>,
  into: PlannedFeatures,
): void {
  const operand = (part: 'numerator' | 'denominator'): FeatureExpr | null => {
    if (!isAggregate(context, member, ratio[part], `the ${part} of \`${member.name}\``)) return null;
    const name = operandName(member.name, part, into.aggregates.length);
    const plan = planAggregate(context, feeds, { record: ratio, name }, ratio[part], true);
    if (plan === null) return null;
    into.aggregates.push(plan);
    return { kind: 'feature', name, type: plan.type as FeatureExpr['type'], nullable: plan.nullable };
  };
  const a = operand('numerator');
  const b = operand('denominator');
  if (a === null || b === null) return;
  const fallback = checkedDefault(context, member, ratio.options.default, { kind: 'double' });
  into.derived.push({
    name: member.name,
    body: { kind: 'expression', expr: quotient(a, b) },
    type: { kind: 'double' },
    nullable: fallback === null,
    default: fallback,
    ...labelsOf(context, member, ratio, ratio.options),
  });
}

/** After the feature; where PostgreSQL would cut that short and make two operands one, by their place. */
function operandName(feature: string, part: string, place: number): string {
  const name = `_${feature}_${part}`;
  return nameFits(name) ? name : `_${place}_${part}`;
}

function quotient(a: FeatureExpr, b: FeatureExpr): Expr {
  const yes = { type: { kind: 'boolean' }, nullable: false } as const;
  const double = { type: { kind: 'double' }, nullable: true } as const;
  const isNull = (value: Expr): Expr => ({ kind: 'is-null', value, not: false, ...yes });
  const or = (left: Expr, right: Expr): Expr => ({ kind: 'logic', operator: '||', left, right, ...yes });
  const zero: Expr = { kind: 'literal', value: 0, type: { kind: 'int' }, nullable: false };
  const isZero: Expr = { kind: 'compare', operator: '===', left: b, right: zero, ...yes };
  return {
    kind: 'conditional',
    condition: or(isNull(a), or(isNull(b), isZero)),
    then: { kind: 'literal', value: null, ...double },
    otherwise: { kind: 'arithmetic', operator: '/', left: a, right: b, ...double, nullable: false },
    ...double,
  };
}

/** One aggregate over the rows of a feed; what cannot be planned is reported, and null. */
export function planAggregate(
  context: Context,
  feeds: Feeds,
  member: Member,
  feature: AnyAggregate,
  hidden: boolean,
): AggregatePlan | null {
  const { project } = context;
  const at = project.spanOf(feature) ?? project.spanOfProperty(member.record, member.name);
  const aggregate = feature.aggregate as Aggregate;
  const wrong = parameterProblem(aggregate);
  if (wrong) context.problem('SK414', at, wrong);
  const window = planWindow(feature.options, (option, reason, instead) => {
    const place = project.spanOfProperty(feature, option);
    context.problem('SK404', place ?? at, { option, reason, instead });
  });
  const feed = feeds.feedOf(feature.source, feature);
  if (feed === null || window === null || wrong) return null;
  if (!isHoldable(aggregate, window)) context.problem('SK405', at, { aggregate: aggregate.kind });
  const isTimeless = feed.source.kind === 'table' && feed.source.time === null;
  if (isTimeless && window.over.kind !== 'lifetime')
    context.problem('SK416', at, { table: feed.source.name });
  if (aggregate.kind === 'latest') checkLatest(context, feeds, feed.source, feed.keys, at);
  const input = feature.input === null ? null : feeds.input(feed, feature.input, at);
  const filter = feature.options.where === undefined ? null : feeds.filter(feed, feature.options.where, at);
  if ((feature.input !== null && input === null) || (feature.options.where !== undefined && filter === null))
    return null;
  const typing = aggregateType(aggregate, input?.expr.type ?? null);
  if ('problem' in typing) {
    const place = project.spanOf(feature.input ?? feature) ?? at;
    context.problem('SK406', place, {
      aggregate: aggregate.kind,
      wanted: typing.problem,
      got: typeName(input!.expr.type),
    });
    return null;
  }
  const fallback = checkedDefault(context, member, feature.options.default, typing.type, feature);
  return {
    name: member.name,
    hidden,
    feed: feed.index,
    aggregate,
    input: input?.place ?? null,
    filter,
    window,
    type: typing.type,
    nullable: typing.nullable && fallback === null,
    default: fallback,
    ...labelsOf(context, member, feature, feature.options),
  };
}

/** `latest` reads one row: the entity's keys must be the primary key, or a set declared unique. */
function checkLatest(
  context: Context,
  feeds: Feeds,
  source: SourcePlan,
  keys: readonly Expr[],
  at: Span | null,
): void {
  if (source.kind !== 'table') return;
  const columns = keys
    .map(key => (key.kind === 'column' ? key.path.join('.') : ''))
    .sort()
    .join();
  const candidates = [source.primaryKey, ...source.uniqueKeys];
  if (candidates.some(candidate => [...candidate].sort().join() === columns)) return;
  context.problem('SK413', at, {
    entity: feeds.entity.name,
    keys: feeds.entity.keys.map(({ name }) => name).join(', '),
    table: source.name,
    candidates: candidates.map(candidate => candidate.join(' and ')).join(', or by '),
  });
}

/** The default of a feature; one that is of another type is reported. */
export function checkedDefault(
  context: Context,
  member: Member,
  value: unknown,
  type: ValueType,
  at?: object,
): DefaultValue | null {
  if (value === undefined || value === null) return null;
  if (fitsType(value, type)) return value as DefaultValue;
  const place = at
    ? context.project.spanOfProperty(at, 'default')
    : context.project.spanOfProperty(member.record, member.name);
  context.problem('SK415', place, { name: member.name, type: typeName(type), value: String(value) });
  return null;
}
