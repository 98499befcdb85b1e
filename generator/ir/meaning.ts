import { zoneTableVersion } from '../../kernels/zone-table.ts';
import { canonicalJson } from './canonical.ts';
import type { Expr } from './expr.ts';
import type { AggregatePlan, DerivedPlan, GroupPlan, Program, SourcePlan, VectorPlan } from './plan.ts';
import { columnsOf } from './visit.ts';
import { zonesIn } from './zones.ts';

/** What stands in a meaning for a feature that is read: its fingerprint. */
export type ReadFeature = (name: string) => unknown;

/** An aggregate without its name and place: what it takes of which rows, and what it makes of them. */
export function aggregateMeaning(program: Program, group: GroupPlan, aggregate: AggregatePlan): object {
  const feed = group.feeds[aggregate.feed]!;
  const input = aggregate.input === null ? null : feed.inputs[aggregate.input]!;
  const filter = aggregate.filter === null ? null : feed.filters[aggregate.filter]!;
  const read = expressionsOf(group, aggregate);
  return {
    keys: group.keys.map(({ type }) => type),
    by: feed.keys.map(key => expressionMeaning(key, noFeature)),
    source: sourceMeaning(program, feed.source, read.flatMap(columnsOf)),
    aggregate: aggregate.aggregate,
    input: input && expressionMeaning(input, noFeature),
    filter: filter && expressionMeaning(filter, noFeature),
    window: aggregate.window,
    type: aggregate.type,
    default: aggregate.default,
    zones: zoneMeaning(aggregate.window.over.kind === 'calendar' || read.some(hasZone)),
  };
}

export function derivedMeaning({ body, type, default: otherwise }: DerivedPlan, read: ReadFeature): object {
  if (body.kind === 'compute')
    return { code: body.code, reads: body.reads.map(name => [name, read(name)]), type, default: otherwise };
  return {
    expression: expressionMeaning(body.expr, read),
    type,
    default: otherwise,
    zones: zoneMeaning(hasZone(body.expr)),
  };
}

/** What a vector takes of a lookup or a request: the value, and the keys it is looked up by. */
export function outputMeaning(
  { lookups }: VectorPlan,
  { from, type, default: otherwise }: VectorPlan['outputs'][number],
  readOf: (group: string) => ReadFeature,
): object {
  const operandMeaning = (operand: VectorPlan['outputs'][number]['from']): unknown => {
    if (operand.kind === 'request') return { request: operand.name };
    const { group, keys } = lookups[operand.lookup]!;
    return { feature: readOf(group)(operand.feature), keys: keys.map(operandMeaning) };
  };
  return { from: operandMeaning(from), type, default: otherwise };
}

/** All that an aggregate evaluates on a row. */
export function expressionsOf({ feeds }: GroupPlan, { feed, input, filter }: AggregatePlan): readonly Expr[] {
  const { keys, inputs, filters } = feeds[feed]!;
  return [
    ...keys,
    ...(input === null ? [] : [inputs[input]!]),
    ...(filter === null ? [] : [filters[filter]!]),
  ];
}

/** The tree with features by what they mean, and locals by their order: not by what an author calls them. */
function expressionMeaning(expr: Expr, read: ReadFeature): unknown {
  const locals = new Map<string, number>();
  return JSON.parse(canonicalJson(expr), (_key, node: unknown) => {
    if (!isNamed(node)) return node;
    if (node.kind === 'feature') return { ...node, name: read(node.name) };
    const place = locals.get(node.name) ?? locals.size;
    locals.set(node.name, place);
    return { ...node, name: place };
  });
}

interface Named {
  readonly kind: 'feature' | 'let' | 'local';
  readonly name: string;
}

function isNamed(node: unknown): node is Named {
  if (typeof node !== 'object' || node === null || !('kind' in node) || !('name' in node)) return false;
  return node.kind === 'feature' || node.kind === 'let' || node.kind === 'local';
}

/** Which rows count, when, and what is read of them: columns that nobody here reads may come and go. */
function sourceMeaning(program: Program, name: string, paths: readonly string[]): object {
  const source = program.sources.find(each => each.name === name)!;
  const columns = columnsRead(source, paths);
  switch (source.kind) {
    case 'stream': {
      const { kind, eventTime, id, lateness, earliness, arrival } = source;
      return { kind, name, columns, eventTime, id, lateness, earliness, arrival };
    }
    case 'table': {
      const { kind, primaryKey, time, arrival } = source;
      return { kind, name, columns, primaryKey, time, arrival };
    }
    case 'changes':
      return { kind: source.kind, columns, table: sourceMeaning(program, source.table, []) };
  }
}

/** The columns that are read, and those that say what a row is; `after.price` of a change is the table's `price`. */
export function columnsRead(source: SourcePlan, paths: readonly string[]): SourcePlan['columns'] {
  const names = new Set(paths.map(path => path.replace(/^(?:before|after)\./, '')));
  if (source.kind === 'stream')
    for (const name of [source.eventTime, source.id?.column]) names.add(name ?? '');
  if (source.kind === 'table') for (const name of [...source.primaryKey, source.time]) names.add(name ?? '');
  return source.columns
    .filter(({ name }) => names.has(name))
    .map(({ doc: _doc, ...column }) => column)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function hasZone(expr: Expr): boolean {
  return zonesIn(expr).length > 0;
}

/** Where local time matters, the offsets are part of the meaning. */
export function zoneMeaning(matters: boolean): string | null {
  return matters ? zoneTableVersion : null;
}

function noFeature(name: string): never {
  throw new Error(`a lambda over rows reads no feature, but this one reads ${name}`);
}
