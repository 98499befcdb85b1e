import type { Ahead } from '../dsl/feature.ts';
import type { AnyLambda, Feature, Ratio } from '../dsl/index.ts';
import { aggregate } from './aggregate.ts';
import type { Feed } from './feed.ts';
import type { Knowledge } from './knowledge.ts';
import { cleaned } from './scalar.ts';
import type { Scalar, Value } from './scalar.ts';
import type { Row } from './stream-rows.ts';
import type { ValueType } from './value-type.ts';
import { windowAt } from './window.ts';
import type { Window } from './window.ts';

/** Of a group or of labels. */
export type AnyAggregation = Feature<Value, Ahead>;

/** One read of one key of a group. */
export interface Read {
  readonly key: readonly unknown[];
  readonly t: number;
  /** Right ends are open (semantics §4). */
  readonly before: boolean;
  readonly known: Knowledge;
  feedOf(feature: AnyAggregation): Feed;
  /** The feed's rows at the right end of commit times; the same within the read. */
  rowsOf(feed: Feed, to: number): readonly Row[];
  typeOf(feature: AnyAggregation): ValueType;
}

/** The value of a feature as a client sees it: its own default in place of null. */
export function readFeature(feature: AnyAggregation | Ratio<number | null>, read: Read): Value {
  const value = feature.kind === 'ratio' ? readRatio(feature, read) : readAggregate(feature, read);
  return (Array.isArray(value) ? value : cleaned(value)) ?? feature.options.default ?? null;
}

function readRatio({ numerator, denominator }: Ratio<number | null>, read: Read): number | null {
  const a = readFeature(numerator, read) as number | null;
  const b = readFeature(denominator, read) as number | null;
  return a === null || b === null || b === 0 ? null : a / b;
}

function readAggregate(feature: AnyAggregation, read: Read): Value {
  const { aggregate: spec, options } = feature;
  const window = windowAt(options, read.t, read.before);
  const feed = read.feedOf(feature);
  const commitsTo = read.before ? window.at - 1 : window.at;
  if (spec.kind === 'latest') {
    const row = feed.latest(read.key, read.known, commitsTo);
    return row === null ? null : inputOf(feature, row);
  }
  const rows = read.rowsOf(feed, commitsTo);
  const selected = rowsIn(window, rows).filter(row => isSelected(feature, row));
  const taken = options.last === undefined ? selected : selected.slice(-options.last);
  switch (spec.kind) {
    case 'count':
      return taken.length;
    case 'changes':
      return changes(feature, taken, rowsIn({ ...window, from: -Infinity }, rows));
    case 'timeSince': {
      const last = timesOf(feature, taken).at(-1);
      return last === undefined ? null : (window.at - last) / spec.unit;
    }
    case 'timeBetween': {
      const [before, last] = timesOf(feature, taken).slice(-2);
      return before === undefined || last === undefined ? null : (last - before) / spec.unit;
    }
    default:
      return aggregate(spec, inputsOf(feature, taken), read.typeOf(feature));
  }
}

/** The rows in a window; those without time stand first (rule 16). */
function rowsIn({ from, to, timeless }: Window, rows: readonly Row[]): readonly Row[] {
  const start = timeless ? 0 : firstAtOrAfter(rows, from === -Infinity ? -Number.MAX_VALUE : from);
  return rows.slice(start, firstAtOrAfter(rows, to + 1));
}

/** Where the rows of this time or a later one begin. */
function firstAtOrAfter(rows: readonly Row[], time: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]!.time ?? -Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The author's own lambda, called once a row. */
function call(lambda: AnyLambda, row: Row): unknown {
  if (!row.memo.has(lambda)) row.memo.set(lambda, (lambda as (value: unknown) => unknown)(row.value));
  return row.memo.get(lambda);
}

function isSelected({ options }: AnyAggregation, row: Row): boolean {
  return options.where === undefined || call(options.where, row) === true;
}

function inputOf({ input }: AnyAggregation, row: Row): Scalar | null {
  return cleaned(call(input!, row));
}

function inputsOf(feature: AnyAggregation, rows: readonly Row[]): Scalar[] {
  return rows.map(row => inputOf(feature, row)).filter(value => value !== null);
}

/** Of the rows taken, those that differ from the selected, non-null row before them, wherever it lies (rule 15). */
function changes(feature: AnyAggregation, taken: readonly Row[], upToEnd: readonly Row[]): number {
  const counted = new Set(taken);
  let previous: Scalar | null = null;
  let count = 0;
  for (const row of upToEnd) {
    const value = isSelected(feature, row) ? inputOf(feature, row) : null;
    if (value === null) continue;
    if (previous !== null && value !== previous && counted.has(row)) count += 1;
    previous = value;
  }
  return count;
}

/** The instants that timeSince and timeBetween look at (rules 10 and 16), in order of the rows. */
function timesOf(feature: AnyAggregation, rows: readonly Row[]): number[] {
  const times = rows.map(row =>
    feature.input === null ? row.time : (inputOf(feature, row) as number | null),
  );
  return times.filter(time => time !== null);
}
