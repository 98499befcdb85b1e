import type { Instant } from '../kernels/instant.ts';
import type { SourceDefinition } from './definition.ts';
import type { Calendar, Duration } from './duration.ts';

/** What a lambda may return and a column may hold. */
export type Scalar = number | bigint | boolean | string;
export type Value = Scalar | readonly Scalar[];

export type Status = 'experimental' | 'stable' | 'deprecated';

/** For the catalog: who answers for it, what it belongs to, how settled it is. */
export interface Labels {
  readonly owner?: string;
  readonly tags?: readonly string[];
  readonly status?: Status;
}

/** How far a label looks ahead of the read; undefined: a feature, which looks back. */
export type Ahead = Duration | undefined;

/** Where the events of a feature lie in time, seen from the instant t of the read. All ends are exact. */
export interface WindowOptions {
  readonly ahead?: undefined;
  /** `'7d'`: events in (t − 7d, t]; `calendar(…)`: since the unit began; absent: all events up to t. */
  readonly over?: Duration | Calendar;
  /** The window's tail moves in steps of this length, counted from 1970. */
  readonly step?: Duration;
  /** The window ends this long before t. */
  readonly delay?: Duration;
  /** Which ends belong to the window; `'(]'` unless told otherwise. */
  readonly bounds?: '(]' | '[)' | '[]' | '()';
  /** The feature changes every so often only: it is read at t rounded down to a multiple of this. */
  readonly refresh?: Duration;
  /** Of the selected events in the window, only the last so many. */
  readonly last?: number;
}

/** Where the events of a label lie. What moves the window of a feature has no place here. */
export interface AheadOptions<A extends Ahead> {
  /** `'30d'`: events in (t, t + 30d]. For `label(…)` only. */
  readonly ahead: A;
  /** Which ends belong to the window; `'(]'` unless told otherwise. */
  readonly bounds?: '(]' | '[)' | '[]' | '()';
  /** Of the selected events in the window, only the last so many. */
  readonly last?: number;
  readonly over?: undefined;
  readonly step?: undefined;
  readonly delay?: undefined;
  readonly refresh?: undefined;
}

interface Selection<R> extends Labels {
  /** Selects the events that count. */
  readonly where?: (row: R) => boolean;
}

/** `A`: the `ahead` of a label, undefined of a feature. */
export type AggregateOptions<R, A extends Ahead = undefined> = Selection<R> &
  (WindowOptions | AheadOptions<A>);

/** What an aggregate is, apart from its lambdas and its window. */
export type AggregateSpec =
  | { readonly kind: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max' | 'mode' | 'first' | 'last' }
  | { readonly kind: 'distinctList' | 'any' | 'all' | 'changes' | 'approxCountDistinct' | 'latest' }
  | { readonly kind: 'variance' | 'stddev'; readonly population: boolean; readonly scale: number }
  | { readonly kind: 'percentile'; readonly p: number; readonly method: 'cont' | 'disc' }
  | { readonly kind: 'approxPercentile'; readonly p: number }
  | { readonly kind: 'topK'; readonly k: number }
  | { readonly kind: 'lastN'; readonly n: number }
  | { readonly kind: 'timeSince' | 'timeBetween'; readonly unit: number };

// A lambda as data: its row type has served its turn when the declaration type-checked.
export type AnyLambda = (...args: never[]) => unknown;

/** A source as an aggregate knows it: the definition, and how keys are found where names do not tell. */
export interface SourceView {
  readonly definition: SourceDefinition;
  readonly keys: Readonly<Record<string, AnyLambda>> | null;
}

/** An aggregation over the rows of one source: the unit of declaration. With an `ahead` it is for `label` only. */
export class Feature<T extends Value | null, A extends Ahead = undefined> {
  /** These two carry types only. */
  declare readonly value: T;
  declare readonly ahead: A;
  readonly kind = 'aggregate';

  constructor(
    readonly source: SourceView,
    readonly aggregate: AggregateSpec,
    readonly input: AnyLambda | null,
    readonly options: AggregateOptions<never, Ahead> & { readonly default?: Value | null },
  ) {}
}

/** One aggregate divided by another. */
export class Ratio<T extends number | null> {
  declare readonly value: T;
  readonly kind = 'ratio';

  constructor(
    readonly numerator: Feature<number | null>,
    readonly denominator: Feature<number | null>,
    readonly options: Labels & { readonly default?: number | null },
  ) {}
}

export type AnyFeature = Feature<Value | null> | Ratio<number | null>;

/**
 * `a / b` as doubles; null where either is null or b is 0.
 * @param options `default` replaces null
 */
export function ratio<const D extends number | null = null>(
  numerator: Feature<number | null>,
  denominator: Feature<number | null>,
  options: Labels & { readonly default?: D } = {},
): Ratio<number | D> {
  return new Ratio(numerator, denominator, options);
}

/** The type of a feature's value inside lambdas. */
export type ValueOf<F> = F extends { readonly value: infer T } ? T : never;

/** A timestamp is a number of µs inside and a `Date` at the client. */
export type ClientValue<T> = T extends Instant
  ? Date
  : T extends readonly (infer E)[]
    ? readonly ClientValue<E>[]
    : T;
