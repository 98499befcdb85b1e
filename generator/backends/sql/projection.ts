import type { Expr, FeedPlan, GroupPlan, ScalarType } from '../../ir/index.ts';
import { ExpressionPrinter } from './expression.ts';
import type { Scope } from './expression.ts';
import { Layers } from './layers.ts';

/** The columns a feed adds to the rows it reads: `k0…`, `i0…`, `w0…`, each lambda evaluated once a row. */
export interface Projection {
  readonly columns: readonly string[];
  /** LATERAL layers that the columns need, in order. */
  readonly joins: readonly string[];
  /** A row without one of its keys belongs to none. */
  readonly isKeyed: string;
}

export function project(feed: FeedPlan, column: Scope['column']): Projection {
  const layers = new Layers('x');
  const printer = new ExpressionPrinter({
    column,
    feature: name => unexpected(`feature ${name}`),
    get instant(): string {
      return unexpected('instant');
    },
    decimals: 'numeric',
    layers,
  });
  const keys = feed.keys.map(key => layers.bind(inputValue(printer, key)));
  const columns = [
    ...keys.map((sql, index) => `${sql} as "k${index}"`),
    ...feed.inputs.map((input, index) => `${inputValue(printer, input)} as "i${index}"`),
    ...feed.filters.map((filter, index) => `coalesce(${printer.value(filter)}, false) as "w${index}"`),
  ];
  return {
    columns,
    joins: layers.joins(),
    isKeyed: keys.map(key => `${key} is not null`).join(' and '),
  };
}

/**
 * The value an aggregate takes (semantics §5): a decimal as its scaled integer, a double without −0, NaN and the
 * infinities, text under the C collation.
 */
function inputValue(printer: ExpressionPrinter, input: Expr): string {
  switch (input.type.kind) {
    case 'decimal':
      return `(${printer.value(input)} * ${10 ** input.type.scale})::bigint`;
    case 'double': {
      const facts = printer.facts(input);
      if (facts.largest < Infinity && !facts.maybeNaN) return `(${printer.number(input)} + 0)`;
      return finiteOrNull(printer.boundNumber(input));
    }
    case 'text':
    case 'enum':
    case 'uuid':
      return `(${printer.value(input)})::text collate "C"`;
    case 'int': {
      const { sql, held } = printer.print(input);
      return held === 'bigint' ? sql : `${sql}::bigint`;
    }
    default:
      return printer.value(input);
  }
}

export function finiteOrNull(x: string): string {
  return `case when ${x} > '-Infinity'::float8 and ${x} < 'Infinity'::float8 then ${x} + 0 end`;
}

/** How many decimals an input's integer carries; null for what is no scaled integer. */
export function scaleOf(type: ScalarType): number | null {
  if (type.kind === 'decimal') return type.scale;
  return type.kind === 'int' ? 0 : null;
}

/**
 * Columns computed from the inputs for exact sums: `h`, `l` (whole part and fraction of a double, EXACTNESS
 * "fix62"), `q` (a double rounded to a scale), `s` (a square), `d` (the input as a double).
 */
export function momentColumns(group: GroupPlan, feedIndex: number): readonly string[] {
  const feed = group.feeds[feedIndex]!;
  const columns = new Map<string, string>();
  for (const { feed: of, input, aggregate } of group.aggregates) {
    if (of !== feedIndex || input === null) continue;
    const { type } = feed.inputs[input]!;
    const i = `p."i${input}"`;
    if ((aggregate.kind === 'sum' || aggregate.kind === 'avg') && type.kind === 'double') {
      columns.set(`h${input}`, `"skewless".fix62_whole(${i})`);
      columns.set(`l${input}`, `"skewless".fix62_fraction(${i})`);
    }
    if (
      aggregate.kind === 'approxPercentile' ||
      (aggregate.kind === 'percentile' && aggregate.method === 'cont')
    ) {
      columns.set(`d${input}`, asDouble(i, type));
    }
    if (aggregate.kind !== 'variance' && aggregate.kind !== 'stddev') continue;
    if (type.kind === 'double') {
      columns.set(`q${input}_${aggregate.scale}`, roundedTo(i, aggregate.scale));
    } else {
      columns.set(`s${input}`, squareOf(i, type));
    }
  }
  return [...columns].map(([name, sql]) => `${sql} as "${name}"`);
}

function asDouble(i: string, type: ScalarType): string {
  if (type.kind === 'double') return i;
  return type.kind === 'decimal' ? `"skewless".scaled_to_number(${i}, ${type.scale})` : `${i}::float8`;
}

/** The square as bigint where it fits, for sums of bigint are far cheaper. */
function squareOf(i: string, type: ScalarType): string {
  return type.kind === 'decimal' && type.precision <= 9 ? `${i} * ${i}` : `${i}::numeric * ${i}`;
}

/** Math.round(x · 10^scale), null beyond 2^53. */
function roundedTo(i: string, scale: number): string {
  return `(select case when abs(z."v") <= 9007199254740992 then z."v"::bigint end from (select "skewless".js_round("skewless".js_mul(${i}, 1e${scale}::float8)) as "v" offset 0) as z)`;
}

function unexpected(what: string): never {
  throw new Error(`a lambda over rows has no ${what}`);
}
