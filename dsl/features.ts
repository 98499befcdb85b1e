import type { DerivedInput, DerivedLayer, DerivedValueOf } from './derived.ts';
import type { Duration } from './duration.ts';
import type { Entity, KeysOf } from './entity.ts';
import type { AnyFeature, Labels, ValueOf } from './feature.ts';
import { labelsOf } from './stream.ts';
import type { Shape } from './wire.ts';

export interface FeaturesOptions<S extends Shape, F> extends Labels {
  readonly entity: Entity<S>;
  /** By name, in snake_case. */
  readonly features: F;
  /** How far before the newest instant it was asked for the stream still answers; `'1h'`. */
  readonly lookback?: Duration;
}

export type FeatureRecord = Readonly<Record<string, AnyFeature>>;

type Flat<T> = { readonly [K in keyof T]: T[K] };
type Values<F> = { readonly [K in keyof F]: ValueOf<F[K]> };
type DerivedValues<D> = { readonly [K in keyof D]: DerivedValueOf<D[K]> };

/** A layer of derived features; a name that a feature already has may not be declared again. */
type Layer<V> = Readonly<Record<string, DerivedInput<V>>> & { readonly [K in keyof V]?: never };

/** The features of one entity, read together. `V`: the values a read yields, as lambdas see them. */
export class FeatureGroup<S extends Shape, V> {
  declare readonly values: V;
  declare readonly keys: KeysOf<S>;
  readonly kind = 'features';

  constructor(
    readonly name: string,
    readonly options: Labels & {
      readonly entity: Entity<S>;
      readonly features: FeatureRecord;
      readonly lookback: Duration;
    },
    readonly layers: readonly DerivedLayer[],
  ) {}

  /**
   * Adds features computed from those before them: `f => f.revenue_7d / 7`, `(f, t) => secondsBetween(f.last, t)`.
   * Returns the group with them; a layer sees all features of the layers before it.
   */
  derive<D extends Layer<V>>(layer: D): FeatureGroup<S, Flat<V & DerivedValues<D>>> {
    return new FeatureGroup(this.name, this.options, [...this.layers, layer as unknown as DerivedLayer]);
  }
}

export type AnyFeatureGroup = FeatureGroup<Shape, unknown>;

/**
 * Declares the features of an entity.
 * @param name snake_case; the client's accessor is the same in camelCase
 */
export function features<S extends Shape, F extends FeatureRecord>(
  name: string,
  options: FeaturesOptions<S, F>,
): FeatureGroup<S, Flat<Values<F>>> {
  return new FeatureGroup(
    name,
    {
      entity: options.entity,
      features: options.features,
      lookback: options.lookback ?? '1h',
      ...labelsOf(options),
    },
    [],
  );
}

type Windowed<P extends string, W extends Duration, F> = F extends AnyFeature
  ? { readonly [K in W as `${P}_${K}`]: F }
  : { readonly [K in W as never]: never } & { readonly [K in keyof F & string as `${P}_${W}_${K}`]: F[K] };

/**
 * The same feature, or record of features, over several windows: `perWindow('clicks', ['1h', '24h'], over => …)`
 * yields `clicks_1h` and `clicks_24h`.
 */
export function perWindow<
  const P extends string,
  const W extends Duration,
  F extends AnyFeature | FeatureRecord,
>(prefix: P, windows: readonly W[], feature: (over: W) => F): Windowed<P, W, F> {
  const made: Record<string, AnyFeature> = {};
  for (const over of windows) {
    const declared = feature(over);
    if (isFeature(declared)) made[`${prefix}_${over}`] = declared;
    else for (const [name, inner] of Object.entries(declared)) made[`${prefix}_${over}_${name}`] = inner;
  }
  return made as Windowed<P, W, F>;
}

function isFeature(declared: AnyFeature | FeatureRecord): declared is AnyFeature {
  return declared['kind'] === 'aggregate' || declared['kind'] === 'ratio';
}
