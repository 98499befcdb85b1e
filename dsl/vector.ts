import type { Instant } from '../kernels/instant.ts';
import type { DerivedInput, DerivedLayer, DerivedValueOf } from './derived.ts';
import type { KeysOf } from './entity.ts';
import type { Labels, Value } from './feature.ts';
import type { AnyLabelGroup, LabelGroup } from './label.ts';
import type { AnyFeatureGroup, FeatureGroup } from './features.ts';
import { labelsOf } from './stream.ts';
import { implicitRowGroup } from './row-group.ts';
import type { Table } from './table.ts';
import type { RowOf, Shape } from './wire.ts';

/** A place that a vector takes a value from. `T` is the value's type. */
export class Ref<T> {
  declare readonly value: T;
  readonly kind = 'ref';

  constructor(
    readonly from: RefSource,
    /** Replaces null; `numbersOnly`: where the feature is a number, and is let be where it is not. */
    readonly otherwise: { readonly value: Value; readonly numbersOnly: boolean } | null = null,
  ) {}

  /** The same with a default in place of null. */
  or<D extends NonNullable<T>>(otherwise: D): Ref<NonNullable<T>> {
    return new Ref<NonNullable<T>>(this.from, { value: otherwise as Value, numbersOnly: false });
  }
}

export type RefSource =
  | { readonly kind: 'request'; readonly name: string }
  | { readonly kind: 'feature'; readonly lookup: Lookup; readonly feature: string };

/** One read of one group, by keys that come from the request or were found on the way. */
export interface Lookup {
  readonly group: AnyFeatureGroup;
  readonly keys: Readonly<Record<string, Ref<unknown>>>;
}

type Refs<V> = { readonly [K in keyof V]: Ref<V[K]> };
type KeyRefs<S extends Shape> = {
  readonly [K in keyof KeysOf<S>]: Ref<KeysOf<S>[K]> | Ref<KeysOf<S>[K] | null>;
};

/** An instant is a number to TypeScript only: no number stands in for it. */
type NumberFor<T> = NonNullable<T> extends Instant ? T : NonNullable<T> extends number ? number : T;

/** A default of 0 takes null out of the numbers of a lookup; other features keep theirs. */
type Defaulted<V> = {
  readonly [K in keyof V]: null extends V[K] ? NumberFor<V[K]> : V[K];
};

/** What `take` is given: the request, and the ways to reach features from it. */
export class VectorBuilder<Q extends Shape> {
  /** The request's keys and inputs. */
  readonly request: Refs<RowOf<Q>>;
  readonly #lookups: Lookup[] = [];

  constructor(request: Q) {
    this.request = Object.fromEntries(
      Object.keys(request).map(name => [name, new Ref({ kind: 'request', name })]),
    ) as Refs<RowOf<Q>>;
  }

  get lookups(): readonly Lookup[] {
    return this.#lookups;
  }

  /** All features of a group for these keys. Spread them into the vector, or pick some. */
  get<S extends Shape, V>(group: FeatureGroup<S, V>, keys: KeyRefs<S>): Refs<V> {
    return this.#refs(group, keys, null) as Refs<V>;
  }

  /** As `get`, with `otherwise` in place of null in every numeric feature. */
  getOr<S extends Shape, V>(
    group: FeatureGroup<S, V>,
    keys: KeyRefs<S>,
    otherwise: number,
  ): Refs<Defaulted<V>> {
    return this.#refs(group, keys, otherwise) as Refs<Defaulted<V>>;
  }

  /** The columns of one row of a table, by its primary key; each null where there is no such row. */
  row<S extends Shape>(
    table: Table<S>,
    keys: Readonly<Record<string, Ref<unknown>>>,
  ): Refs<{ readonly [K in keyof S]: RowOf<S>[K] | null }> {
    return this.#refs(implicitRowGroup(table), keys, null) as Refs<{
      readonly [K in keyof S]: RowOf<S>[K] | null;
    }>;
  }

  #refs(
    group: AnyFeatureGroup,
    keys: Readonly<Record<string, unknown>>,
    otherwise: number | null,
  ): Record<string, Ref<unknown>> {
    const lookup = { group, keys: keys as Lookup['keys'] };
    this.#lookups.push(lookup);
    return Object.fromEntries(
      featureNames(lookup.group).map(feature => [
        feature,
        new Ref(
          { kind: 'feature', lookup, feature },
          otherwise === null ? null : { value: otherwise, numbersOnly: true },
        ),
      ]),
    );
  }
}

/** A label that a vector takes. */
export class LabelRef<T> {
  declare readonly value: T;
  readonly kind = 'label-ref';

  constructor(
    readonly lookup: LabelLookup,
    readonly label: string,
  ) {}
}

/** One read of one group of labels. */
export interface LabelLookup {
  readonly group: AnyLabelGroup;
  readonly keys: Readonly<Record<string, Ref<unknown>>>;
}

type LabelRefs<V> = { readonly [K in keyof V]: LabelRef<V[K]> };

/** What `labels` is given: the request, and the way to reach labels from it. */
export class LabelBuilder<Q extends Shape> {
  readonly #lookups: LabelLookup[] = [];

  constructor(
    /** The request's keys and inputs. */
    readonly request: Refs<RowOf<Q>>,
  ) {}

  get lookups(): readonly LabelLookup[] {
    return this.#lookups;
  }

  /** All labels of a group for these keys. Spread them, or pick some. */
  get<S extends Shape, V>(group: LabelGroup<S, V>, keys: KeyRefs<S>): LabelRefs<V> {
    const lookup = { group, keys: keys as LabelLookup['keys'] };
    this.#lookups.push(lookup);
    const refs = Object.keys(group.options.labels).map(label => [label, new LabelRef(lookup, label)]);
    return Object.fromEntries(refs) as LabelRefs<V>;
  }
}

/** The names of a group's features, in order of declaration. */
export function featureNames(group: AnyFeatureGroup): readonly string[] {
  return [...Object.keys(group.options.features), ...group.layers.flatMap(layer => Object.keys(layer))];
}

export interface VectorOptions<Q extends Shape, T, L> extends Labels {
  /** The keys that the request brings, and its request-time inputs. */
  readonly request: Q;
  /** What the model takes, by name: refs out of `v.get`, `v.row` and `v.request`. */
  readonly take: (v: VectorBuilder<Q>) => T;
  /** What the model shall predict, by name: `v => v.get(labels, keys)`. Keys may also be `taken`. In training sets only. */
  readonly labels?: (v: LabelBuilder<Q>, taken: T) => L;
}

type RefRecord = Readonly<Record<string, Ref<unknown>>>;
type LabelRefRecord = Readonly<Record<string, LabelRef<unknown>>>;

/** The labels of a vector. */
export interface VectorLabels {
  readonly lookups: readonly LabelLookup[];
  readonly taken: LabelRefRecord;
}

type Flat<T> = { readonly [K in keyof T]: T[K] };
type TakenValues<T> = { readonly [K in keyof T]: T[K] extends Ref<infer V> ? V : never };
type LabelValues<L> = { readonly [K in keyof L]: L[K] extends LabelRef<infer V> ? V : never };
type DerivedValues<D> = { readonly [K in keyof D]: DerivedValueOf<D[K]> };

/**
 * What a model takes in one read, at one instant and one frontier.
 * `V`: the vector's values; `Q`: the request's shape, whose values lambdas see beside them; `L`: the labels' values.
 */
export class FeatureVector<Q extends Shape, V, L = unknown> {
  declare readonly values: V;
  declare readonly labelValues: L;
  readonly kind = 'vector';

  constructor(
    readonly name: string,
    readonly options: Labels & { readonly request: Q },
    readonly lookups: readonly Lookup[],
    readonly taken: RefRecord,
    readonly layers: readonly DerivedLayer[],
    readonly labels: VectorLabels,
  ) {}

  /** Adds features computed from the vector's others and the request's inputs. */
  derive<D extends Readonly<Record<string, DerivedInput<Flat<RowOf<Q> & V>>>>>(
    layer: D,
  ): FeatureVector<Q, Flat<V & DerivedValues<D>>, L> {
    const layers = [...this.layers, layer as unknown as DerivedLayer];
    return new FeatureVector(this.name, this.options, this.lookups, this.taken, layers, this.labels);
  }
}

export type AnyFeatureVector = FeatureVector<Shape, unknown>;

/**
 * Declares what a model takes.
 * @param name snake_case; the client's accessor is the same in camelCase
 */
export function vector<
  Q extends Shape,
  T extends RefRecord,
  L extends LabelRefRecord = Readonly<Record<never, never>>,
>(name: string, options: VectorOptions<Q, T, L>): FeatureVector<Q, TakenValues<T>, LabelValues<L>> {
  const builder = new VectorBuilder(options.request);
  const taken = options.take(builder);
  const labelBuilder = new LabelBuilder<Q>(builder.request);
  const labels = options.labels?.(labelBuilder, taken) ?? {};
  return new FeatureVector(
    name,
    { request: options.request, ...labelsOf(options) },
    builder.lookups,
    taken,
    [],
    { lookups: labelBuilder.lookups, taken: labels },
  );
}
