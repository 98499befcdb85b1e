import { docComment, quote } from '../../emit/file.ts';
import type {
  Aggregate,
  AggregatePlan,
  ChangesPlan,
  FeedPlan,
  GroupPlan,
  ScalarType,
  TablePlan,
} from '../../ir/index.ts';
import { printExpr } from './expressions.ts';
import type { Imports } from './module-text.ts';
import { indent } from './module-text.ts';
import { feedClass, printKeys, rowClass, rowScope } from './stream-feed.ts';
import { typeScriptType } from './types.ts';
import type { WindowEdges } from './windows.ts';

/** How far back the aggregates over a feed look. */
export interface TableReach {
  /** The instants at or before which a read at `t` sees no row, of each. */
  readonly horizons: readonly string[];
  /** µs; those that have one. */
  readonly refreshes: readonly number[];
}

/** The class that keeps a table's rows, or its changes, for one group. */
export function printTableFeed(
  group: GroupPlan,
  plan: FeedPlan,
  source: TablePlan | ChangesPlan,
  { horizons, refreshes }: TableReach,
  imports: Imports,
): string {
  const images = rowClass(source.kind === 'changes' ? source.table : source.name);
  const change = `{ readonly op: string; readonly before: ${images} | null; readonly after: ${images} | null }`;
  const row = source.kind === 'changes' ? `${rowClass(source.name)}` : images;
  const clean = imports.value('cleanInput');
  const inputs = plan.inputs.map(input => `${clean}(${printExpr(input, rowScope(imports))})`);
  const filters = plan.filters.map(filter => printExpr(filter, rowScope(imports)));
  const noSlot = imports.value('NO_SLOT');
  const keys = printKeys(group.keys, plan.keys, imports).map(line =>
    line === 'const slot = this.group.slotOfKey();' || line.startsWith('const slot = ')
      ? line.replace('const slot =', 'return')
      : line.replace(/return;$/, `return ${noSlot};`),
  );
  const unused = (lines: readonly string[], name = 'row'): string =>
    lines.some(line => new RegExp(`\\b${name}\\b`).test(line)) ? name : `_${name}`;
  const unique = horizons.includes('-Infinity') ? ['-Infinity'] : [...new Set(horizons)];
  const horizon = leastOf(unique);
  const looksBack = looksBackOf(group, plan, source);
  return (
    (source.kind === 'changes' ? `type ${row} = ${change};\n\n` : '') +
    docComment(
      `The ${source.kind === 'changes' ? 'changes' : 'rows'} of ${source.name} that ${group.name} reads.`,
    ) +
    `class ${feedClass(source.name)} extends ${imports.value('TableFeed')}<${row}> {\n` +
    `  readonly source = ${quote(source.name)};\n\n` +
    `  constructor(readonly group: ${imports.type('GroupState')}) {\n    super();\n  }\n\n` +
    `  protected slotOf(${unused(keys)}: ${row}): number {\n${indent(keys, '    ')}  }\n\n` +
    `  protected select(${unused(filters)}: ${row}): boolean[] {\n    return [${filters.join(', ')}];\n  }\n\n` +
    `  protected inputsOf(${unused(inputs)}: ${row}): (${imports.type('Scalar')} | null)[] {\n    return [${inputs.join(', ')}];\n  }\n\n` +
    (looksBack.length === 0
      ? ''
      : `  protected override readonly looksBack = [${looksBack.join(', ')}];\n\n`) +
    `  horizonAt(${unused(unique, 't')}: number): number {\n    return ${horizon};\n  }\n` +
    (source.kind === 'changes' || refreshes.length === 0 ? '' : `\n${printStateAt(refreshes, imports)}`) +
    '}\n'
  );
}

/** Rows are those of the instant that a feature sees, which its `refresh` puts before t. */
function printStateAt(refreshes: readonly number[], imports: Imports): string {
  const instants = refreshes.map(length => `${imports.value('floorTo')}(t, ${length})`);
  return `  override stateAt(t: number): number {\n    return ${leastOf(instants)};\n  }\n`;
}

const leastOf = (values: readonly string[]): string =>
  values.length === 1 ? values[0]! : `Math.min(${values.join(', ')})`;

/** Of changes, what `changes` compares with may be older than any window. */
function looksBackOf(group: GroupPlan, plan: FeedPlan, source: TablePlan | ChangesPlan): string[] {
  if (source.kind === 'table') return [];
  const feed = group.feeds.indexOf(plan);
  const pairs = group.aggregates
    .filter(({ feed: of, aggregate }) => of === feed && aggregate.kind === 'changes')
    .map(({ filter, input }) => `{ filter: ${filter ?? -1}, input: ${input} }`);
  return [...new Set(pairs)];
}

/** The instant at or before which a read at `t` sees no row of this aggregate. Nothing of a table's rows is folded. */
export function tableHorizon(
  { aggregate, window }: AggregatePlan,
  of: 'table' | 'changes',
  low: string,
): string {
  const looksAtAll = aggregate.kind === 'latest' || (aggregate.kind === 'changes' && of === 'table');
  return looksAtAll || window.over.kind === 'lifetime' ? '-Infinity' : low;
}

/** What the reading code of one aggregate over a table is written with. */
export interface TableReadScope {
  readonly plan: AggregatePlan;
  readonly feed: FeedPlan;
  /** The feed's name in the read. */
  readonly field: string;
  readonly edges: WindowEdges;
  readonly imports: Imports;
  /** A named part of the read, each once. */
  edge(key: string, role: string, value: string, doc: string | null): string;
}

interface Parts {
  readonly scope: TableReadScope;
  /** The rows of the entity as of the instant the feature sees. */
  readonly all: string;
  /** Those in the window, selected. */
  readonly rows: string;
  /** Their inputs that are not null. */
  readonly values: () => string;
  readonly type: () => ScalarType;
  readonly use: (name: string) => string;
}

type Reader<K extends Aggregate['kind']> = (
  parts: Parts,
  aggregate: Extract<Aggregate, { readonly kind: K }>,
) => string;

const readers: { readonly [K in Aggregate['kind']]: Reader<K> } = {
  count: ({ rows }) => `${rows}.length`,
  countDistinct: ({ use, values }) => `${use('distinctValues')}(${values()}).length`,
  sum: parts => sumOrAverage(parts, 'sumOf'),
  avg: parts => sumOrAverage(parts, 'averageOf'),
  min: ({ use, values, scope }) => `${use('leastValue')}(${values()})${cast(scope)}`,
  max: ({ use, values, scope }) => `${use('greatestValue')}(${values()})${cast(scope)}`,
  variance: (parts, { population, scale }) =>
    moment(parts, `variance${population ? 'Population' : 'Sample'}`, scale),
  stddev: (parts, { population, scale }) =>
    moment(parts, `stddev${population ? 'Population' : 'Sample'}`, scale),
  percentile: ({ use, values }, { p, method }) =>
    `${use('percentileOf')}(${values()}, ${p}, ${quote(method)})`,
  mode: ({ use, values, scope }) => `(${use('byFrequency')}(${values()}, 1)[0] ?? null)${cast(scope)}`,
  topK: ({ use, values, scope }, { k }) => `${use('byFrequency')}(${values()}, ${k})${cast(scope)}`,
  first: ({ values, scope }) => `(${values()}[0] ?? null)${cast(scope)}`,
  last: ({ values, scope }) => `(${values()}.at(-1) ?? null)${cast(scope)}`,
  lastN: ({ values, scope }, { n }) => `${values()}.slice(-${n}).reverse()${cast(scope)}`,
  distinctList: ({ use, values, scope }) => `${use('distinctValues')}(${values()})${cast(scope)}`,
  any: ({ use, values }) =>
    `${use('anyOf')}(${values()}.length, ${values()}.filter(value => value === true).length)`,
  all: ({ use, values }) =>
    `${use('allOf')}(${values()}.length, ${values()}.filter(value => value === true).length)`,
  changes: ({ use, rows, all, scope: { plan, edges } }) => {
    const everything = `${use('rowsIn')}(${all}, null, ${edges.high}, ${timeless(plan)}, ${plan.filter ?? -1}, 0)`;
    return `${use('changesAmong')}(${rows}, ${everything}, ${plan.input})`;
  },
  timeSince: ({ use, rows, scope }, { unit }) =>
    `${use('sinceLastOf')}(${use('timesIn')}(${rows}, ${scope.plan.input ?? -1}), ${scope.edges.at}, ${unit})`,
  timeBetween: ({ use, rows, scope }, { unit }) =>
    `${use('betweenLastOf')}(${use('timesIn')}(${rows}, ${scope.plan.input ?? -1}), ${unit})`,
  approxCountDistinct: ({ use, values, type }) => {
    const column = type();
    return `${use('approxDistinctValues')}(${values()}, ${column.kind === 'decimal' ? column.scale : 'null'})`;
  },
  approxPercentile: ({ use, values }, { p }) => `${use('approxPercentileOfValues')}(${values()}, ${p})`,
  latest: ({ use, all, scope }) => `${use('latestOf')}(${all}, ${scope.plan.input})${cast(scope)}`,
};

/** The expression that reads an aggregate over a table; null is not yet replaced by a default. */
export function readTableAggregate(scope: TableReadScope): string {
  const { plan, feed, field, edges, imports } = scope;
  const { aggregate, window, filter, input } = plan;
  const use = (name: string): string => imports.value(name);
  const to = `${edges.at} - open`;
  const all = scope.edge(`all/${to}`, `${field}Rows`, `${field}.visible(slot, ${to})`, null);
  const call = `${use('rowsIn')}(${all}, ${edges.low ?? 'null'}, ${edges.high}, ${timeless(plan)}, ${filter ?? -1}, ${window.last ?? 0})`;
  const named = (): string =>
    aggregate.kind === 'latest' ? all : scope.edge(`rows/${call}`, 'rows', call, null);
  const rows = named();
  const values = (): string =>
    scope.edge(`values/${rows}/${input}`, 'values', `${use('valuesIn')}(${rows}, ${input})`, null);
  const parts: Parts = { scope, all, rows, values, use, type: () => feed.inputs[input!]!.type };
  return (readers[aggregate.kind] as Reader<typeof aggregate.kind>)(parts, aggregate as never);
}

/** Rows without time count for lifetime features without delay only (semantics §4). */
function timeless({ window }: AggregatePlan): boolean {
  return window.over.kind === 'lifetime' && window.delay === 0;
}

function cast({ plan }: TableReadScope): string {
  return ` as ${typeScriptType(plan.type, plan.type.kind !== 'list')}`;
}

function sumOrAverage({ use, values, type, scope }: Parts, helper: 'sumOf' | 'averageOf'): string {
  const column = type();
  const scale = column.kind === 'decimal' ? column.scale : 0;
  const exact =
    column.kind === 'double'
      ? `${use('fix62Values')}(${values()})`
      : `${use('scaledValues')}(${values()}, ${scale})`;
  const summed = scope.edge(`exact/${exact}`, 'exact', exact, null);
  const total = `${use('total')}(${summed})`;
  if (column.kind !== 'double') return `${use(helper)}(${summed}.length, ${total}, ${scale})`;
  const finish = use(helper === 'sumOf' ? 'totalOf' : 'meanOf');
  return `${finish}(${summed}.length, Number(${total}), ${use('FIX62')})`;
}

function moment({ use, values, type, scope }: Parts, name: string, doubleScale: number): string {
  const column = type();
  const scale = column.kind === 'double' ? doubleScale : column.kind === 'decimal' ? column.scale : 0;
  const exact = `${use('scaledValues')}(${values()}, ${scale})`;
  const summed = scope.edge(`exact/${exact}`, 'exact', exact, null);
  return `${use(name)}(${summed}.length, ${use('total')}(${summed}), ${use('squares')}(${summed}), ${scale})`;
}
