import type { Instant } from '../kernels/instant.ts';
import type { SourceDefinition } from './definition.ts';
import { microseconds } from './duration.ts';
import type { DurationUnit } from './duration.ts';
import { Feature } from './feature.ts';
import type {
  AggregateOptions,
  AggregateSpec,
  Ahead,
  AnyLambda,
  Scalar,
  SourceView,
  Value,
} from './feature.ts';

type Maybe<T> = T | null | undefined;

type Options<R, D, A extends Ahead = undefined> = AggregateOptions<R, A> & {
  /** Replaces every null of the feature, whatever its cause. */
  readonly default?: D;
};

type Kept<T> = NonNullable<T>;

/** Whether it looks ahead is for its own options to say, not for the place that takes it. */
type Made<T extends Value | null, A extends Ahead> = Feature<T, NoInfer<A>>;

/** How a source's rows find an entity's keys, where the column names differ. */
export type KeyLambdas<R> = Readonly<Record<string, (row: R) => Maybe<Scalar>>>;

/**
 * Rows that features are made of. Every method declares one aggregation; `R` is the row its lambdas see.
 * Inputs first (semantics §5): null is skipped, −0 becomes 0, NaN and the infinities become null.
 */
export class Source<R> {
  /** Carries the row type only. */
  declare readonly row: R;

  constructor(
    readonly definition: SourceDefinition,
    readonly keys: KeyLambdas<R> | null = null,
  ) {}

  /** The same rows, keyed by lambdas: `orders.on({ user_id: o => o.buyer_id })`. A null key belongs to none. */
  on(keys: KeyLambdas<R>): Source<R> {
    return new Source(this.definition, keys);
  }

  /** How many rows; 0 of none. */
  count<A extends Ahead = undefined>(options: AggregateOptions<R, A> = {}): Made<number, A> {
    return this.#feature({ kind: 'count' }, null, options);
  }

  /** How many different values; 0 of none. */
  countDistinct<A extends Ahead = undefined>(
    value: (row: R) => Maybe<Scalar>,
    options: AggregateOptions<R, A> = {},
  ): Made<number, A> {
    return this.#feature({ kind: 'countDistinct' }, value, options);
  }

  /** The exact sum, rounded once to a double; null of nothing. */
  sum<const D extends number | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<number>,
    options: Options<R, D, A> = {},
  ): Made<number | D, A> {
    return this.#feature({ kind: 'sum' }, value, options);
  }

  /** The mean: exact sum over count; null of nothing. */
  avg<const D extends number | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<number>,
    options: Options<R, D, A> = {},
  ): Made<number | D, A> {
    return this.#feature({ kind: 'avg' }, value, options);
  }

  /** The smallest value, text by code point; null of nothing. */
  min<V extends Maybe<Scalar>, const D extends Kept<V> | null = null, A extends Ahead = undefined>(
    value: (row: R) => V,
    options: Options<R, D, A> = {},
  ): Made<Kept<V> | D, A> {
    return this.#feature({ kind: 'min' }, value, options);
  }

  /** The greatest value, text by code point; null of nothing. */
  max<V extends Maybe<Scalar>, const D extends Kept<V> | null = null, A extends Ahead = undefined>(
    value: (row: R) => V,
    options: Options<R, D, A> = {},
  ): Made<Kept<V> | D, A> {
    return this.#feature({ kind: 'max' }, value, options);
  }

  /**
   * Standard deviation of a sample; null of fewer than two values (with `population`, of none).
   * Exact moments of int and decimal columns; doubles are first rounded to `scale` decimals (6).
   */
  stddev<const D extends number | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<number>,
    options: Options<R, D, A> & MomentOptions = {},
  ): Made<number | D, A> {
    return this.#feature(moment('stddev', options), value, options);
  }

  /** Variance: the square of what `stddev` says, under its rules. */
  variance<const D extends number | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<number>,
    options: Options<R, D, A> & MomentOptions = {},
  ): Made<number | D, A> {
    return this.#feature(moment('variance', options), value, options);
  }

  /**
   * The value below which a share `p` lies, interpolated as PostgreSQL's `percentile_cont`, or with
   * `method: 'disc'` the first value whose place reaches p; null of nothing.
   * @param p 0 to 1
   */
  percentile<const D extends number | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<number>,
    p: number,
    options: Options<R, D, A> & { readonly method?: 'cont' | 'disc' } = {},
  ): Made<number | D, A> {
    return this.#feature({ kind: 'percentile', p, method: options.method ?? 'cont' }, value, options);
  }

  /** `percentile(value, 0.5)`. */
  median<const D extends number | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<number>,
    options: Options<R, D, A> = {},
  ): Made<number | D, A> {
    return this.#feature({ kind: 'percentile', p: 0.5, method: 'cont' }, value, options);
  }

  /** The most frequent value, the smaller of equals; null of nothing. */
  mode<V extends Maybe<Scalar>, const D extends Kept<V> | null = null, A extends Ahead = undefined>(
    value: (row: R) => V,
    options: Options<R, D, A> = {},
  ): Made<Kept<V> | D, A> {
    return this.#feature({ kind: 'mode' }, value, options);
  }

  /** The `k` most frequent values: by count descending, then value ascending; `[]` of nothing. */
  topK<V extends Maybe<Scalar>, A extends Ahead = undefined>(
    k: number,
    value: (row: R) => V,
    options: AggregateOptions<R, A> = {},
  ): Made<readonly Kept<V>[], A> {
    return this.#feature({ kind: 'topK', k }, value, options);
  }

  /** The value of the first row in order; null of nothing. */
  first<V extends Maybe<Scalar>, const D extends Kept<V> | null = null, A extends Ahead = undefined>(
    value: (row: R) => V,
    options: Options<R, D, A> = {},
  ): Made<Kept<V> | D, A> {
    return this.#feature({ kind: 'first' }, value, options);
  }

  /** `last(value)`: the value of the last row in order, null of nothing. `last(n, value)`: the last n, newest first. */
  last<V extends Maybe<Scalar>, const D extends Kept<V> | null = null, A extends Ahead = undefined>(
    value: (row: R) => V,
    options?: Options<R, D, A>,
  ): Made<Kept<V> | D, A>;
  last<V extends Maybe<Scalar>, A extends Ahead = undefined>(
    n: number,
    value: (row: R) => V,
    options?: AggregateOptions<R, A>,
  ): Made<readonly Kept<V>[], A>;
  last(first: number | AnyLambda, second?: unknown, third?: unknown): Feature<never, never> {
    if (typeof first === 'number') {
      return this.#feature({ kind: 'lastN', n: first }, second as AnyLambda, third ?? {});
    }
    return this.#feature({ kind: 'last' }, first, second ?? {});
  }

  /** The different values, in order of first appearance in the window; `[]` of nothing. */
  distinct<V extends Maybe<Scalar>, A extends Ahead = undefined>(
    value: (row: R) => V,
    options: AggregateOptions<R, A> = {},
  ): Made<readonly Kept<V>[], A> {
    return this.#feature({ kind: 'distinctList' }, value, options);
  }

  /** Whether the value is true of one row at least; null of nothing. */
  any<const D extends boolean | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<boolean>,
    options: Options<R, D, A> = {},
  ): Made<boolean | D, A> {
    return this.#feature({ kind: 'any' }, value, options);
  }

  /** Whether the value is true of every row; null of nothing. */
  all<const D extends boolean | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<boolean>,
    options: Options<R, D, A> = {},
  ): Made<boolean | D, A> {
    return this.#feature({ kind: 'all' }, value, options);
  }

  /** How many rows have another value than the one before them, wherever that lies; 0 of none. */
  changes<A extends Ahead = undefined>(
    value: (row: R) => Maybe<Scalar>,
    options: AggregateOptions<R, A> = {},
  ): Made<number, A> {
    return this.#feature({ kind: 'changes' }, value, options);
  }

  /** Time from the last row to the read, in seconds unless `unit` says otherwise; null of nothing. */
  timeSince<const D extends number | null = null>(
    options: Options<R, D> & ElapsedOptions<R> = {},
  ): Feature<number | D> {
    return this.#feature({ kind: 'timeSince', unit: unitOf(options) }, options.time ?? null, options);
  }

  /** Time between the last two rows, in seconds unless `unit` says otherwise; null of fewer than two. */
  timeBetween<const D extends number | null = null, A extends Ahead = undefined>(
    options: Options<R, D, A> & ElapsedOptions<R> = {},
  ): Made<number | D, A> {
    return this.#feature({ kind: 'timeBetween', unit: unitOf(options) }, options.time ?? null, options);
  }

  /** `countDistinct` within 1.63 % (one standard error): HyperLogLog of 4096 registers. */
  approxCountDistinct<A extends Ahead = undefined>(
    value: (row: R) => Maybe<Scalar>,
    options: AggregateOptions<R, A> = {},
  ): Made<number, A> {
    return this.#feature({ kind: 'approxCountDistinct' }, value, options);
  }

  /** `percentile` within 0.4 % of the value: a histogram of 7 mantissa bits; null of nothing. */
  approxPercentile<const D extends number | null = null, A extends Ahead = undefined>(
    value: (row: R) => Maybe<number>,
    p: number,
    options: Options<R, D, A> = {},
  ): Made<number | D, A> {
    return this.#feature({ kind: 'approxPercentile', p }, value, options);
  }

  #feature(aggregate: AggregateSpec, input: AnyLambda | null, options: object): Feature<never, never> {
    return aggregation(this, aggregate, input, options);
  }
}

export interface MomentOptions {
  /** The whole population instead of a sample of it. */
  readonly population?: boolean;
  /** Decimals kept of a double before squaring; 6. */
  readonly scale?: number;
}

export interface ElapsedOptions<R> {
  readonly unit?: DurationUnit;
  /** Another instant of the row than the one it is ordered by. */
  readonly time?: (row: R) => Maybe<Instant>;
}

/** The one place where row types are dropped: from here on a lambda is data. */
export function aggregation(
  source: SourceView,
  aggregate: AggregateSpec,
  input: AnyLambda | null,
  options: object,
): Feature<never, never> {
  return new Feature(source, aggregate, input, options as { readonly default?: Value | null }) as Feature<
    never,
    never
  >;
}

function moment(kind: 'stddev' | 'variance', options: MomentOptions): AggregateSpec {
  return { kind, population: options.population ?? false, scale: options.scale ?? 6 };
}

function unitOf(options: { readonly unit?: DurationUnit }): number {
  return microseconds[options.unit ?? 's'];
}
