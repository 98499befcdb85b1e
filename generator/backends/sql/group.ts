import type {
  SqlAggregate,
  SqlColumn,
  SqlFeed,
  SqlGroup,
  SqlHelper,
  SqlKeyColumns,
} from '../../../runtime/history/program.ts';
import type {
  AggregatePlan,
  ChangesPlan,
  FeedPlan,
  GroupPlan,
  Program,
  ScalarType,
  SourcePlan,
  TablePlan,
} from '../../ir/index.ts';
import { aggregateValue, withDefault } from './aggregates.ts';
import { holdsKey, keyColumns } from './callable/key-columns.ts';
import { changesRows, changesFeedShape } from './changes-rows.ts';
import { sqlType } from './columns.ts';
import { derivedLayers } from './derived.ts';
import type { GeneratedLayer } from './derived.ts';
import { Probes, streamFeedShape } from './probes.ts';
import type { FeedShape } from './probes.ts';
import { finiteOrNull, momentColumns } from './projection.ts';
import { streamRows } from './stream-rows.ts';
import { stateFeedShape, stateHelpers, stateRows } from './table-rows.ts';
import { relationName } from './window.ts';

/** A group as the runtime takes it, but for derived features in JavaScript, whose code stands only in the output. */
export type GeneratedGroup = Omit<SqlGroup, 'derived'> & { readonly derived: readonly GeneratedLayer[] };

type TableOf = (source: string) => string;

export function sqlGroup(program: Program, group: GroupPlan): GeneratedGroup {
  const sources = group.feeds.map(feed => sourceNamed(program, feed.source));
  const shapes = sources.map(source => shapeOf(program, source));
  const probes = new Probes(group, shapes);
  const aggregates = group.aggregates.map(plan => sqlAggregate(group, plan, probes));
  return {
    name: group.name,
    keys: group.keys.map(({ name, type }) => ({ name, type: sqlType(type) })),
    feeds: group.feeds.map((feed, index) =>
      sqlFeed(program, group, feed, index, sources[index]!, shapes[index]!, probes),
    ),
    windows: probes.windows,
    probes: probes.probes(),
    aggregates,
    derived: derivedLayers(group.derived, name => {
      const of = group.aggregates.find(plan => plan.name === name);
      return of === undefined ? null : `f."${name}"`;
    }),
    features: group.features.map(name => visibleFeature(group, name)),
  };
}

function visibleFeature(group: GroupPlan, name: string): SqlColumn {
  const plan = group.aggregates.find(a => a.name === name) ?? group.derived.find(d => d.name === name);
  if (plan === undefined) throw new Error(`${group.name} has no feature ${name}`);
  return { name, type: sqlType(plan.type) };
}

function sqlAggregate(group: GroupPlan, plan: AggregatePlan, probes: Probes): SqlAggregate {
  const type = inputType(group.feeds[plan.feed]!, plan);
  const { sql: value, parts } = probes.tracked(() => aggregateValue({ plan, probes, type }));
  const clean =
    plan.type.kind === 'double'
      ? `(select ${finiteOrNull('z."v"')} from (select ${value} as "v" offset 0) as z)`
      : value;
  return {
    name: plan.name,
    type: sqlType(plan.type),
    sql: withDefault(clean, plan),
    window: probes.window(plan),
    parts,
  };
}

/** Of an aggregate without input, a type that nothing depends on. */
function inputType(feed: FeedPlan, { input }: AggregatePlan): ScalarType {
  return input === null ? { kind: 'timestamp' } : feed.inputs[input]!.type;
}

function sourceNamed(program: Program, name: string): SourcePlan {
  const source = program.sources.find(candidate => candidate.name === name);
  if (source === undefined) throw new Error(`the program has no source ${name}`);
  return source;
}

function shapeOf(program: Program, source: SourcePlan): FeedShape {
  switch (source.kind) {
    case 'stream':
      return streamFeedShape;
    case 'table':
      return stateFeedShape(source);
    case 'changes':
      return changesFeedShape(changedTable(program, source));
  }
}

function sqlFeed(
  program: Program,
  group: GroupPlan,
  feed: FeedPlan,
  index: number,
  source: SourcePlan,
  shape: FeedShape,
  probes: Probes,
): SqlFeed {
  const relation = relationName(group, index);
  const history = source.kind === 'changes' ? source.table : source.name;
  const moments = momentColumns(group, index);
  return {
    index,
    relation,
    sources: [history],
    kind: source.kind === 'table' ? 'state' : 'events',
    rows: table => {
      const base = baseRows(program, source, feed, table(history));
      return moments.length === 0 ? base : `select p.*, ${moments.join(', ')} from (${base}) as p`;
    },
    helpers: source.kind === 'table' ? helpers(source, relation, history) : [],
    order: shape.order,
    keys: group.keys.map((_, key) => `k${key}`),
    ofKey: source.kind === 'stream' ? ofKey(source, feed) : null,
    totals: probes.totals[index]!,
    merges: probes.merges[index]!,
  };
}

function ofKey(source: SourcePlan, feed: FeedPlan): SqlKeyColumns | null {
  const columns = keyColumns(source, feed);
  if (columns === null) return null;
  return {
    columns: columns.map(({ name }) => name),
    sql: columns.map((column, place) => holdsKey(column, `s."k${place}"`)).join(' and '),
  };
}

function baseRows(program: Program, source: SourcePlan, feed: FeedPlan, table: string): string {
  switch (source.kind) {
    case 'stream':
      return streamRows(source, feed, table);
    case 'table':
      return stateRows(source, feed, table);
    case 'changes':
      return changesRows(changedTable(program, source), feed, table);
  }
}

function changedTable(program: Program, { table }: ChangesPlan): TablePlan {
  const changed = sourceNamed(program, table);
  if (changed.kind !== 'table') throw new Error(`${table} is no table`);
  return changed;
}

function helpers(
  source: Extract<SourcePlan, { kind: 'table' }>,
  relation: string,
  history: string,
): readonly SqlHelper[] {
  return stateHelpers(source, relation).map(({ rows, ...rest }) => ({
    ...rest,
    rows: (table: TableOf) => rows(table(history)),
  }));
}
