import type { Aggregate, AggregatePlan, ScalarType } from '../../ir/index.ts';
import { doubleLiteral, heldAs, literalAs } from './literal.ts';
import { orderOf } from './probes.ts';
import type { Probes } from './probes.ts';
import { scaleOf } from './projection.ts';
import { timeless } from './window.ts';

/** An aggregate with what its printing needs at hand. */
export interface Aggregation {
  readonly plan: AggregatePlan;
  readonly probes: Probes;
  /** Type of the input; of no matter where the aggregate takes none. */
  readonly type: ScalarType;
}

type Printed<K extends Aggregate['kind']> = (
  aggregation: Aggregation,
  aggregate: Aggregate & { readonly kind: K },
) => string;

/** The value over the parts `a."p0"`, …, before its default. */
export function aggregateValue(aggregation: Aggregation): string {
  const { aggregate } = aggregation.plan;
  const print = aggregateTable[aggregate.kind] as Printed<Aggregate['kind']>;
  return print(aggregation, aggregate);
}

const input = ({ plan }: Aggregation): string => `r."i${plan.input!}"`;
const isGiven = (aggregation: Aggregation): string => `${input(aggregation)} is not null`;

/** A part as the outer query sees it. */
function part({ probes, plan }: Aggregation, sql: string, condition: string | null, kind?: 'total'): string {
  return `a."${probes.part(plan, sql, condition, kind === undefined ? null : { kind })}"`;
}

const extreme =
  (name: 'min' | 'max'): Printed<'min' | 'max'> =>
  aggregation => {
    const row = input(aggregation);
    const source = { kind: 'merge', function: name, row } as const;
    return passed(
      aggregation,
      `a."${aggregation.probes.part(aggregation.plan, `${name}(${row})`, null, source)}"`,
    );
  };

const sum: Printed<'sum' | 'avg'> = (aggregation, aggregate) => {
  const { plan, type } = aggregation;
  if (type.kind === 'double') {
    const count = part(aggregation, 'count(*)', `r."h${plan.input!}" is not null`, 'total');
    const whole = part(aggregation, `sum(r."h${plan.input!}")`, null, 'total');
    const fraction = part(aggregation, `sum(r."l${plan.input!}")`, null, 'total');
    const total = `${whole} * 4611686018427387904 + ${fraction}`;
    if (aggregate.kind === 'avg') return `"skewless".average_of_fix62(${count}, ${total})`;
    return `case when ${count} > 0 then "skewless".fix62_to_number(${total}) end`;
  }
  const count = part(aggregation, 'count(*)', isGiven(aggregation), 'total');
  const total = part(aggregation, `sum(${input(aggregation)})`, null, 'total');
  return `"skewless".${aggregate.kind === 'avg' ? 'average_of' : 'sum_of'}(${count}, ${total}, ${scaleOf(type)!})`;
};

const moment: Printed<'variance' | 'stddev'> = (aggregation, aggregate) => {
  const { plan, type } = aggregation;
  const isDouble = type.kind === 'double';
  const scale = isDouble ? aggregate.scale : scaleOf(type)!;
  const value = isDouble ? `r."q${plan.input!}_${aggregate.scale}"` : input(aggregation);
  const square = isDouble ? `${value}::numeric * ${value}` : `r."s${plan.input!}"`;
  const count = part(aggregation, 'count(*)', `${value} is not null`, 'total');
  const first = part(aggregation, `sum(${value})`, null, 'total');
  const second = part(aggregation, `sum(${square})`, null, 'total');
  return `"skewless".${aggregate.kind}(${count}, ${first}::numeric, ${second}::numeric, ${scale}, ${aggregate.population})`;
};

const percentile: Printed<'percentile'> = (aggregation, aggregate) => {
  const { plan } = aggregation;
  if (aggregate.method === 'disc') {
    const value = input(aggregation);
    const sorted = part(aggregation, `array_agg(${value} order by ${value})`, isGiven(aggregation));
    return passed(aggregation, `"skewless".percentile_disc(${sorted}, ${doubleLiteral(aggregate.p)})`);
  }
  const value = `r."d${plan.input!}"`;
  const sorted = part(aggregation, `array_agg(${value} order by ${value})`, isGiven(aggregation));
  return `"skewless".percentile_cont(${sorted}, ${doubleLiteral(aggregate.p)})`;
};

/** The last or first few values in order, as an array. */
function picked(
  aggregation: Aggregation,
  value: string,
  condition: string,
  count: number,
  from: 'first' | 'last',
): string {
  const { probes, plan } = aggregation;
  const direction = from === 'last' ? ' desc' : '';
  const rows = `select ${value} as "v", r."t", r."o" from ${probes.rows(plan)} and ${condition} order by ${orderOf('r', direction)} limit ${count}`;
  return `a."${probes.query(plan, `select array_agg(y."v" order by ${orderOf('y', direction)}) as "v" from (${rows}) as y`)}"`;
}

/** The input of the one row; of several that a unique key tells for a while, the greatest by primary key. */
function foundRow({ probes, plan }: Aggregation): string {
  const order = probes
    .shape(plan.feed)
    .order.map(column => `r."${column}" desc`)
    .join(', ');
  const found = `select r."i${plan.input!}" from ${probes.rows(plan)} order by ${order} limit 1`;
  return `a."${probes.query(plan, `select (${found}) as "v"`)}"`;
}

/** Instants to measure from or between: the row's own, or those of the input. */
function lastInstants(aggregation: Aggregation, count: number): string {
  if (aggregation.plan.input !== null) {
    return picked(aggregation, input(aggregation), isGiven(aggregation), count, 'last');
  }
  return picked(aggregation, 'r."t"', `r."t" > ${timeless}`, count, 'last');
}

const changes: Printed<'changes'> = aggregation => {
  const { probes, plan } = aggregation;
  const { lo } = probes.windows[probes.window(plan)]!;
  const value = `${input(aggregation)} as "v", r."t", r."o"`;
  const window = `select ${value} from ${probes.rows(plan)} and ${isGiven(aggregation)}`;
  const before = (earlier: string): string =>
    `(select ${value} from ${probes.rowsOfAnyTime(plan)} and ${isGiven(aggregation)} and ${earlier}
      order by ${orderOf('r', ' desc')} limit 1)`;
  let rows = window;
  if (plan.window.last !== null) {
    const first = `(select r."t", r."o" from ${probes.rows(plan)} order by ${orderOf('r', '')} limit 1)`;
    rows = `${window} union all ${before(`(r."t", r."o") < ${first}`)}`;
  } else if (lo !== null) {
    rows = `${window} union all ${before(`r."t" < s."lo${probes.window(plan)}"`)}`;
  }
  const lagged = `select y."v", lag(y."v") over (order by ${orderOf('y', '')}) as "before" from (${rows}) as y`;
  return `a."${probes.query(plan, `select count(*) filter (where y."v" <> y."before") as "v" from (${lagged}) as y`, true)}"`;
};

/** The total table: a new aggregate breaks the build until it stands here. */
const aggregateTable: { readonly [K in Aggregate['kind']]: Printed<K> } = {
  count: aggregation => part(aggregation, 'count(*)', null, 'total'),
  countDistinct: aggregation => part(aggregation, `count(distinct ${input(aggregation)})`, null),
  sum,
  avg: sum,
  min: extreme('min'),
  max: extreme('max'),
  variance: moment,
  stddev: moment,
  percentile,
  mode: aggregation =>
    passed(
      aggregation,
      part(aggregation, `mode() within group (order by ${input(aggregation)})`, isGiven(aggregation)),
    ),
  topK: (aggregation, aggregate) => {
    const { probes, plan, type } = aggregation;
    const v = input(aggregation);
    const top = `select ${v} as "v", count(*) as "n" from ${probes.rows(plan)} and ${isGiven(aggregation)}
      group by ${v} order by count(*) desc, ${v}${collation(type)} limit ${aggregate.k}`;
    const ordered = `array_agg(z."v" order by z."n" desc, z."v"${collation(type)})`;
    return passedList(
      aggregation,
      `a."${probes.query(plan, `select ${ordered} as "v" from (${top}) as z`)}"`,
    );
  },
  first: aggregation =>
    passed(aggregation, `(${picked(aggregation, input(aggregation), isGiven(aggregation), 1, 'first')})[1]`),
  last: aggregation =>
    passed(aggregation, `(${picked(aggregation, input(aggregation), isGiven(aggregation), 1, 'last')})[1]`),
  lastN: (aggregation, aggregate) =>
    passedList(
      aggregation,
      picked(aggregation, input(aggregation), isGiven(aggregation), aggregate.n, 'last'),
    ),
  distinctList: aggregation => {
    const { probes, plan } = aggregation;
    const v = input(aggregation);
    const firsts = `select ${v} as "v", min(r."o") as "n" from ${probes.rows(plan)} and ${isGiven(aggregation)} group by ${v}`;
    return passedList(
      aggregation,
      `a."${probes.query(plan, `select array_agg(z."v" order by z."n") as "v" from (${firsts}) as z`)}"`,
    );
  },
  any: aggregation => truth(aggregation, '> 0'),
  all: aggregation => truth(aggregation, '= n'),
  changes,
  timeSince: (aggregation, aggregate) => {
    const at = `s."at${aggregation.probes.window(aggregation.plan)}"`;
    return `(${at} - (${lastInstants(aggregation, 1)})[1])::float8 / ${doubleLiteral(aggregate.unit)}`;
  },
  timeBetween: (aggregation, aggregate) => {
    const last = lastInstants(aggregation, 2);
    return `((${last})[1] - (${last})[2])::float8 / ${doubleLiteral(aggregate.unit)}`;
  },
  approxCountDistinct: aggregation => {
    const hash = `"skewless".hll_hash(${input(aggregation)}::text)`;
    return `"skewless".hll_count(${part(aggregation, `array_agg(${hash})`, isGiven(aggregation))})::bigint`;
  },
  approxPercentile: (aggregation, aggregate) => {
    const value = `r."d${aggregation.plan.input!}"`;
    const values = part(aggregation, `array_agg(${value} order by ${value})`, isGiven(aggregation));
    return `"skewless".approx_percentile(${values}, ${doubleLiteral(aggregate.p)})`;
  },
  latest: aggregation => passed(aggregation, foundRow(aggregation)),
};

function truth(aggregation: Aggregation, test: '> 0' | '= n'): string {
  const given = part(aggregation, 'count(*)', isGiven(aggregation), 'total');
  const trues = part(aggregation, 'count(*)', input(aggregation), 'total');
  return `case when ${given} > 0 then ${trues} ${test === '> 0' ? test : `= ${given}`} end`;
}

const collation = (type: ScalarType): string => (heldAs(type) === 'text' ? ' collate "C"' : '');

/** A value of the input's type on its way out: a decimal leaves as the nearest double. */
function passed({ type }: Aggregation, value: string): string {
  return type.kind === 'decimal' ? `"skewless".scaled_to_number(${value}, ${type.scale})` : value;
}

function passedList({ type }: Aggregation, values: string): string {
  const element = heldAs(type) === 'numeric' ? 'float8' : heldAs(type);
  if (type.kind !== 'decimal') return `coalesce(${values}, '{}'::${element}[])`;
  const numbers = `array_agg("skewless".scaled_to_number(u."v", ${type.scale}) order by u."n")`;
  return `coalesce((select ${numbers} from unnest(${values}) with ordinality as u("v", "n")), '{}'::float8[])`;
}

/** The value with its default; a default never stands for an empty list, which is no null. */
export function withDefault(
  value: string,
  { type, default: otherwise }: Pick<AggregatePlan, 'type' | 'default'>,
): string {
  if (otherwise === null || typeof otherwise === 'object' || type.kind === 'list') return value;
  const held = heldAs(type);
  return `coalesce(${value}, ${literalAs(otherwise, held === 'numeric' ? 'float8' : held)})`;
}
