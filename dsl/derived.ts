import type { Instant } from '../kernels/instant.ts';
import type { AnyLambda, Labels, Scalar, Value } from './feature.ts';

declare const finiteBrand: unique symbol;

/** A number that is known to be finite: as a derived feature it is never null. */
export type Finite = number & { readonly [finiteBrand]: never };

/** `x` where it is a finite number, `otherwise` where it is null, NaN or an infinity. */
export function finite(x: number | null, otherwise: number): Finite {
  return (x !== null && Number.isFinite(x) ? x : otherwise) as Finite;
}

/** A pure function of the features before it and the instant of the read. */
export type DerivedLambda<V> = (features: V, t: Instant) => Value | null | undefined;

/** A derived feature with more than its lambda. */
export interface DerivedOptions<V> extends Labels {
  readonly value: DerivedLambda<V> | Compute<V>;
  /** Replaces null. */
  readonly default?: Scalar;
}

/** The declared escape hatch: any pure TypeScript, run as it is on every side. */
export interface Compute<V, T = Value | null | undefined> {
  readonly kind: 'compute';
  readonly run: (features: V, t: Instant) => T;
}

/**
 * A derived feature in any pure, synchronous TypeScript: not lowered, but called, in the stream and over the
 * rows of the backfill alike. It must be reachable from an export of its module.
 */
export function compute<V, T extends Value | null | undefined>(
  run: (features: V, t: Instant) => T,
): Compute<V, T> {
  return { kind: 'compute', run };
}

export type DerivedInput<V> = DerivedLambda<V> | Compute<V> | DerivedOptions<V>;

/** A plain number may turn out not to be finite, and is then null; literals and `Finite` may not. */
type DerivedValue<T> = T extends undefined
  ? null
  : T extends Finite
    ? number
    : number extends T
      ? number | null
      : T;

type LambdaOf<D> = D extends AnyLambda
  ? D
  : D extends { readonly run: infer F }
    ? F
    : D extends { readonly value: infer F }
      ? LambdaOf<F>
      : never;
type ReturnOf<F> = F extends (...args: never[]) => infer T ? DerivedValue<T> : never;

/** The value a derived declaration has as a feature. */
export type DerivedValueOf<D> = D extends { readonly default: infer X extends Scalar }
  ? NonNullable<ReturnOf<LambdaOf<D>>> | Widen<X>
  : ReturnOf<LambdaOf<D>>;

type Widen<X> = X extends number ? number : X extends boolean ? boolean : X;

/** One layer of derived features: each sees all before the layer. */
export type DerivedLayer = Readonly<
  Record<
    string,
    | AnyLambda
    | Compute<never>
    | (Labels & { readonly value: AnyLambda | Compute<never>; readonly default?: Scalar })
  >
>;
