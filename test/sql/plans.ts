// Programs made by hand, in the analysis's place.
import type {
  Aggregate,
  AggregatePlan,
  DerivedPlan,
  Expr,
  FeedPlan,
  GroupPlan,
  Program,
  ScalarType,
  SourceColumn,
  StreamPlan,
  TablePlan,
  ValueType,
  WindowPlan,
} from '../../generator/ir/index.ts';

export const int: ScalarType = { kind: 'int' };
export const bigint: ScalarType = { kind: 'bigint' };
export const double: ScalarType = { kind: 'double' };
export const text: ScalarType = { kind: 'text' };
export const boolean: ScalarType = { kind: 'boolean' };
export const timestamp: ScalarType = { kind: 'timestamp' };
export const decimal = (precision: number, scale: number): ScalarType => ({
  kind: 'decimal',
  precision,
  scale,
});

export const seconds = (n: number): number => n * 1_000_000;
export const minutes = (n: number): number => n * 60_000_000;
export const hours = (n: number): number => n * 3_600_000_000;
export const days = (n: number): number => n * 86_400_000_000;

const meta = { doc: null, owner: null, tags: [], origin: { file: 'test.ts', line: 1 } } as const;
const labels = { ...meta, status: 'stable' } as const;

export function column(name: string, type: ScalarType, nullable = false): SourceColumn {
  return { name, type, nullable, wire: { unit: 'us', other: 'refuse', checks: [] } };
}

export function stream(
  name: string,
  columns: readonly SourceColumn[],
  options: Partial<StreamPlan> = {},
): StreamPlan {
  return {
    ...meta,
    kind: 'stream',
    name,
    columns,
    eventTime: 't',
    id: null,
    lateness: null,
    earliness: days(1),
    arrival: 'log',
    topics: [],
    ...options,
  };
}

export function table(
  name: string,
  columns: readonly SourceColumn[],
  options: Partial<TablePlan> = {},
): TablePlan {
  return {
    ...meta,
    kind: 'table',
    arrival: 'log',
    name,
    columns,
    primaryKey: ['id'],
    uniqueKeys: [],
    time: null,
    topics: [],
    ...options,
  };
}

export const col = (name: string, type: ScalarType, nullable = false): Expr => ({
  kind: 'column',
  path: [name],
  type,
  nullable,
});

export const lit = (value: string | number | boolean | bigint | null, type: ScalarType): Expr => ({
  kind: 'literal',
  value,
  type,
  nullable: value === null,
});

export const windowOf = (options: Partial<WindowPlan> = {}): WindowPlan => ({
  over: { kind: 'lifetime' },
  step: null,
  delay: 0,
  bounds: '(]',
  refresh: null,
  last: null,
  ...options,
});

export const over = (length: number, options: Partial<WindowPlan> = {}): WindowPlan =>
  windowOf({ over: { kind: 'duration', length }, ...options });

export function aggregate(
  name: string,
  kind: Aggregate,
  type: ValueType,
  options: Partial<AggregatePlan> = {},
): AggregatePlan {
  return {
    ...labels,
    name,
    hidden: false,
    feed: 0,
    aggregate: kind,
    input: null,
    filter: null,
    window: windowOf(),
    type,
    nullable: true,
    default: null,
    ...options,
  };
}

export function derived(name: string, expr: Expr, type: ValueType = double): DerivedPlan {
  return { ...labels, name, body: { kind: 'expression', expr }, type, nullable: true, default: null };
}

export function group(
  name: string,
  keys: GroupPlan['keys'],
  feeds: readonly FeedPlan[],
  aggregates: readonly AggregatePlan[],
  options: Partial<GroupPlan> = {},
): GroupPlan {
  return {
    ...labels,
    name,
    entity: name,
    keys,
    feeds,
    aggregates,
    derived: [],
    features: [
      ...aggregates.filter(({ hidden }) => !hidden).map(plan => plan.name),
      ...(options.derived ?? []).map(plan => plan.name),
    ],
    lookback: hours(1),
    ...options,
  };
}

export const programOf = (options: Partial<Program>): Program => ({
  sources: [],
  groups: [],
  vectors: [],
  labels: [],
  zones: [],
  labelZones: [],
  ...options,
});
