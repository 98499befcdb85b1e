import type {
  Aggregate,
  AggregatePlan,
  Expr,
  FeedPlan,
  GroupPlan,
  Program,
  ScalarType,
  SourceColumn,
  StreamPlan,
  ValueType,
  WindowPlan,
} from '../../../generator/ir/index.ts';

/** Plans by hand, for tests of the stream alone: no declarations, no front end. */

const origin = { file: 'features/test.ts', line: 1 };
const labels = { doc: null, owner: null, tags: [], status: 'stable', origin } as const;

export function column(
  name: string,
  type: ScalarType,
  nullable = false,
  wire: Partial<SourceColumn['wire']> = {},
): SourceColumn {
  return { name, type, nullable, wire: { unit: 'us', other: 'refuse', checks: [], ...wire } };
}

export function stream(
  name: string,
  columns: readonly SourceColumn[],
  options: Partial<StreamPlan> = {},
): StreamPlan {
  return {
    kind: 'stream',
    name,
    columns,
    eventTime: 'at',
    id: null,
    lateness: null,
    earliness: 86_400_000_000,
    arrival: 'log',
    topics: [],
    doc: null,
    owner: null,
    tags: [],
    origin,
    ...options,
  };
}

export const window = (over: number | null, more: Partial<WindowPlan> = {}): WindowPlan => ({
  over: over === null ? { kind: 'lifetime' } : { kind: 'duration', length: over },
  step: null,
  delay: 0,
  bounds: '(]',
  refresh: null,
  last: null,
  ...more,
});

export function columnExpr(of: SourceColumn): Expr {
  return { kind: 'column', path: [of.name], type: of.type, nullable: of.nullable };
}

export function equals(left: Expr, value: string | number): Expr {
  const literal: Expr = { kind: 'literal', value, type: left.type, nullable: false };
  return {
    kind: 'compare',
    operator: '===',
    left,
    right: literal,
    type: { kind: 'boolean' },
    nullable: false,
  };
}

export interface FeatureSketch {
  readonly name: string;
  readonly aggregate: Aggregate;
  readonly input?: Expr;
  readonly filter?: Expr;
  readonly window: WindowPlan;
  readonly default?: AggregatePlan['default'];
}

/** A group over one source; equal expressions are shared by the object they are. */
export function group(
  name: string,
  source: { readonly name: string },
  keys: readonly SourceColumn[],
  features: readonly FeatureSketch[],
  more: Partial<GroupPlan> = {},
): GroupPlan {
  const inputs: Expr[] = [];
  const filters: Expr[] = [];
  const place = (list: Expr[], expr: Expr | undefined): number | null => {
    if (expr === undefined) return null;
    if (!list.includes(expr)) list.push(expr);
    return list.indexOf(expr);
  };
  const aggregates = features.map((feature): AggregatePlan => {
    const input = place(inputs, feature.input);
    return {
      name: feature.name,
      hidden: false,
      feed: 0,
      aggregate: feature.aggregate,
      input,
      filter: place(filters, feature.filter),
      window: feature.window,
      type: resultType(feature.aggregate, feature.input?.type ?? null),
      nullable: feature.default === undefined && !neverNull.has(feature.aggregate.kind),
      default: feature.default ?? null,
      ...labels,
    };
  });
  const feed: FeedPlan = { source: source.name, keys: keys.map(columnExpr), inputs, filters };
  return {
    name,
    entity: name,
    keys: keys.map(key => ({ name: key.name, type: key.type })),
    feeds: [feed],
    aggregates,
    derived: [],
    features: features.map(feature => feature.name),
    lookback: 3_600_000_000,
    ...labels,
    ...more,
  };
}

const neverNull = new Set([
  'count',
  'countDistinct',
  'topK',
  'lastN',
  'distinctList',
  'changes',
  'approxCountDistinct',
]);

function resultType(aggregate: Aggregate, input: ScalarType | null): ValueType {
  switch (aggregate.kind) {
    case 'count':
    case 'countDistinct':
    case 'changes':
    case 'approxCountDistinct':
      return { kind: 'int' };
    case 'sum':
    case 'avg':
    case 'variance':
    case 'stddev':
    case 'approxPercentile':
    case 'timeSince':
    case 'timeBetween':
      return { kind: 'double' };
    case 'percentile':
      return aggregate.method === 'cont' ? { kind: 'double' } : input!;
    case 'any':
    case 'all':
      return { kind: 'boolean' };
    case 'topK':
    case 'lastN':
    case 'distinctList':
      return { kind: 'list', of: input! };
    default:
      return input!;
  }
}

export function program(parts: Partial<Program>): Program {
  return { sources: [], groups: [], vectors: [], labels: [], zones: [], labelZones: [], ...parts };
}
