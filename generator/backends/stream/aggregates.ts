import type { Aggregate, AggregatePlan, ScalarType } from '../../ir/index.ts';
import type { FeedLayout, Measure } from './feed-layout.ts';
import { EVENT_TIMES, itself } from './feed-layout.ts';
import type { Imports } from './module-text.ts';
import { typeScriptType } from './types.ts';

/** What the reading code of one aggregate is written with. */
export interface ReadScope {
  readonly plan: AggregatePlan;
  readonly layout: FeedLayout;
  readonly imports: Imports;
  /** The feed, as the read knows it. */
  readonly feed: string;
  /** The slot in the feed. */
  readonly slot: string;
  readonly low: string;
  readonly high: string;
  /** The instant the feature sees. */
  readonly at: string;
  /** Whether the window begins with the key and no `last` bounds it. */
  readonly lifetime: boolean;
  /** Whether the window begins with the key. */
  readonly unbounded: boolean;
  /** Names the window among those of the feed. */
  readonly window: string;
}

type Reader<K extends Aggregate['kind']> = (
  scope: ReadScope,
  aggregate: Extract<Aggregate, { readonly kind: K }>,
) => string;

/** One expression for each kind of aggregate: its value over rows (low, high]. */
const readers: { readonly [K in Aggregate['kind']]: Reader<K> } = {
  count: scope => counted(scope, null),
  countDistinct: scope => `${windowValues(scope)}.count(${scope.feed}.rows, ${range(scope)})`,
  sum: scope => sumOrAverage(scope, ''),
  avg: scope => sumOrAverage(scope, 'n * '),
  min: scope => extreme(scope, 'least', -1),
  max: scope => extreme(scope, 'greatest', 1),
  variance: (scope, { population, scale }) => moment(scope, population, scale),
  stddev: (scope, { population, scale }) =>
    `${scope.imports.value('rootOf')}(${moment(scope, population, scale)})`,
  percentile: (scope, { p, method }) => {
    const values = valuesOf(scope);
    const statistics = scope.imports.value('OrderStatistics');
    const name = scope.layout.observer(
      'sorted',
      `${values}/${scope.window}`,
      windowDoc(scope),
      `new ${statistics}(this.${values})`,
    );
    return `${scope.feed}.${name}.${method}(${scope.feed}.rows, ${range(scope)}, ${p})`;
  },
  mode: scope => `${windowValues(scope)}.mode(${scope.feed}.rows, ${range(scope)})${cast(scope)}`,
  topK: (scope, { k }) =>
    `${windowValues(scope)}.top(${scope.feed}.rows, ${scope.slot}, ${k}, ${ends(scope)})${cast(scope)}`,
  distinctList: scope => {
    scope.layout.ordered = true;
    return `${windowValues(scope)}.list(${scope.feed}.rows, ${range(scope)})${cast(scope)}`;
  },
  first: scope => passedThrough(scope, 'KeepOldest', null, ['firstRow', 'firstOf'], ''),
  last: scope => passedThrough(scope, 'KeepNewest', 1, ['lastRow', 'lastOf'], ''),
  lastN: (scope, { n }) => passedThrough(scope, 'KeepNewest', n, ['lastRowValues', 'lastValues'], `${n}, `),
  any: scope => truth(scope, 'trues > 0'),
  all: scope => truth(scope, 'trues === n'),
  changes: scope => {
    const { filter, input } = scope.plan;
    scope.layout.pin('KeepNewest', valuesOf(scope), 1);
    return between(scope, scope.layout.changes(filter, input!));
  },
  timeSince: (scope, { unit }) => elapsed(scope, ['sinceLastRow', 'sinceLast'], 1, `${scope.at}, ${unit}`),
  timeBetween: (scope, { unit }) => elapsed(scope, ['betweenLastRows', 'betweenLast'], 2, String(unit)),
  approxCountDistinct: scope => {
    const column = scope.layout.sketch(scope.plan.filter, scope.plan.input!, 'register');
    return `${scope.imports.value('approxDistinctOf')}(${scope.feed}.${column}, ${ends(scope)})`;
  },
  approxPercentile: (scope, { p }) => {
    const column = scope.layout.sketch(scope.plan.filter, scope.plan.input!, 'bucket');
    return `${scope.imports.value('approxPercentileOf')}(${scope.feed}.${column}, ${ends(scope)}, ${p})`;
  },
  latest: scope => {
    throw new Error(
      `${scope.plan.name}: latest reads a table's row, and ${scope.layout.plan.source} is no table`,
    );
  },
};

/** The expression that reads an aggregate; the layout gets what it needs. Null is not yet replaced by a default. */
export function readAggregate(scope: ReadScope): string {
  const { aggregate } = scope.plan;
  return (readers[aggregate.kind] as Reader<typeof aggregate.kind>)(scope, aggregate as never);
}

function ends(scope: ReadScope): string {
  return `${scope.low}, ${scope.high}`;
}

function range(scope: ReadScope): string {
  return `${scope.slot}, ${ends(scope)}`;
}

function between(scope: ReadScope, count: string): string {
  return `${scope.feed}.${count}.between(${ends(scope)})`;
}

/** How many rows of the window count; where all do and the window's rows are live, they need not be counted. */
function counted(scope: ReadScope, input: number | null, measure?: Measure): string {
  const { layout, plan, unbounded } = scope;
  const every = layout.counted(plan.filter, input, measure ?? itself) === 'true';
  if (every && !unbounded) return `${scope.high} - ${scope.low}`;
  return between(scope, layout.count(plan.filter, input, unbounded, measure));
}

function valuesOf(scope: ReadScope): string {
  return scope.layout.values(scope.plan.filter, scope.plan.input!);
}

function windowDoc({ plan, layout }: ReadScope): string {
  return `For ${plan.name}: ${layout.describe(plan.filter, plan.input)}.`;
}

function cast({ plan }: ReadScope): string {
  return ` as ${typeScriptType(plan.type, plan.type.kind !== 'list')}`;
}

/** What counts the different values of the window. */
function windowValues(scope: ReadScope): string {
  const values = valuesOf(scope);
  scope.layout.usesTally = true;
  const name = scope.layout.observer(
    'distinct',
    `${values}/${scope.window}`,
    windowDoc(scope),
    `new ${scope.imports.value('WindowValues')}(this.${values}, this.tally)`,
  );
  return `${scope.feed}.${name}`;
}

/** Values of the first or last rows that have one, which are found among all rows or by a count of theirs. */
function passedThrough(
  scope: ReadScope,
  pin: 'KeepNewest' | 'KeepOldest',
  kept: number | null,
  [amongRows, byCount]: readonly [string, string],
  argument: string,
): string {
  const { layout, plan, feed, imports } = scope;
  const isTime = layout.isEventTime(plan.filter, plan.input);
  const values = isTime ? EVENT_TIMES : valuesOf(scope);
  if (!isTime) layout.ordered = true;
  if (scope.lifetime) layout.pin(pin, values, kept);
  if (everyRow(scope)) {
    return `${imports.value(amongRows)}(${feed}.${values}, ${feed}.rows, ${scope.slot}, ${argument}${ends(scope)})${cast(scope)}`;
  }
  // Ranks from the oldest need the whole count, those from the newest its last part.
  const count = layout.count(plan.filter, plan.input, scope.unbounded && pin === 'KeepOldest');
  return `${imports.value(byCount)}(${feed}.${values}, ${feed}.${count}, ${argument}${ends(scope)})${cast(scope)}`;
}

/** Whether every row counts. */
function everyRow({ layout, plan }: ReadScope): boolean {
  return layout.counted(plan.filter, plan.input, itself) === 'true';
}

function sumOrAverage(scope: ReadScope, divisor: '' | 'n * '): string {
  const { layout, imports, plan } = scope;
  const type = layout.inputType(plan.input!);
  const measure = sumMeasure(type);
  const n = counted(scope, plan.input, measure);
  const { name } = layout.sum(plan.filter, plan.input!, measure);
  const helper = imports.value(divisor === '' ? 'totalOf' : 'meanOf');
  const unit = measure.kind === 'scaled' ? `1e${measure.scale}` : imports.value('FIX62');
  return `${helper}(${n}, ${scope.feed}.${name}.between(${ends(scope)}), ${unit})`;
}

/** What a sum of a type counts in. */
function sumMeasure(type: ScalarType): Measure {
  if (type.kind === 'double') return { kind: 'fix62' };
  return { kind: 'scaled', scale: type.kind === 'decimal' ? type.scale : 0 };
}

function moment(scope: ReadScope, population: boolean, doubleScale: number): string {
  const { layout, plan, feed } = scope;
  const type = layout.inputType(plan.input!);
  const scale = type.kind === 'double' ? doubleScale : type.kind === 'decimal' ? type.scale : 0;
  const measure: Measure = { kind: 'scaled', scale };
  const n = counted(scope, plan.input, measure);
  const { name } = layout.sum(plan.filter, plan.input!, measure);
  const squares = layout.squares(plan.filter, plan.input!, measure);
  const helper = scope.imports.value(population ? 'populationVariance' : 'sampleVariance');
  return `${helper}(${n}, ${feed}.${name}, ${feed}.${squares}, ${ends(scope)}, ${scale})`;
}

function extreme(scope: ReadScope, side: 'least' | 'greatest', sign: 1 | -1): string {
  const values = valuesOf(scope);
  if (scope.lifetime) scope.layout.pin('KeepExtreme', values, sign);
  const name = scope.layout.observer(
    side,
    `${values}/${scope.window}`,
    windowDoc(scope),
    `new ${scope.imports.value('ExtremeWindow')}(this.${values}, ${sign})`,
  );
  return `${scope.feed}.${name}.read(${scope.feed}.rows, ${range(scope)})${cast(scope)}`;
}

function truth(scope: ReadScope, test: 'trues > 0' | 'trues === n'): string {
  const { layout, plan } = scope;
  const n = counted(scope, plan.input);
  const trues = between(scope, layout.trues(plan.filter, plan.input!, scope.unbounded));
  return `${scope.imports.value(test === 'trues > 0' ? 'anyOf' : 'allOf')}(${n}, ${trues})`;
}

function elapsed(
  scope: ReadScope,
  [amongRows, byCount]: readonly [string, string],
  kept: number,
  rest: string,
): string {
  const { layout, plan, feed, imports } = scope;
  layout.ordered = layout.ordered || plan.input !== null;
  const values = plan.input === null ? null : valuesOf(scope);
  if (scope.lifetime) layout.pin('KeepNewest', values ?? layout.marks(plan.filter), kept);
  const times = values === null ? `${feed}.rows.time` : `${feed}.${values}`;
  if (everyRow(scope))
    return `${imports.value(amongRows)}(${times}, ${feed}.rows, ${scope.slot}, ${ends(scope)}, ${rest})`;
  const count = layout.count(plan.filter, plan.input, false);
  return `${imports.value(byCount)}(${times}, ${feed}.${count}, ${ends(scope)}, ${rest})`;
}
