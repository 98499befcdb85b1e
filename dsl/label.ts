import type { Duration } from './duration.ts';
import type { Entity, KeysOf } from './entity.ts';
import type { Feature, Labels, Value, ValueOf } from './feature.ts';
import { labelsOf } from './stream.ts';
import type { Shape } from './wire.ts';

/** What happened after the read, for training only; null until all of that time is known. */
export class Label<T extends Value | null> {
  /** Carries the type only. */
  declare readonly value: T | null;
  readonly kind = 'label';

  constructor(readonly feature: Feature<T, Duration>) {}
}

/**
 * What is to be predicted: an aggregate over the events that follow the read,
 * `label(purchases.sum(p => p.revenue, { ahead: '30d', default: 0 }))`.
 * The value is null until the history holds all of that time, whatever its default: that is for times without events.
 * @param feature with `ahead`, over a stream or `changesOf` a table
 */
export function label<T extends Value | null>(feature: Feature<T, Duration>): Label<T> {
  return new Label(feature);
}

export type LabelRecord = Readonly<Record<string, Label<Value | null>>>;

export interface LabelsOptions<S extends Shape, L> extends Labels {
  readonly entity: Entity<S>;
  /** By name, in snake_case. */
  readonly labels: L;
}

type Values<L> = { readonly [K in keyof L]: ValueOf<L[K]> };

/** The labels of one entity. `V`: their values. */
export class LabelGroup<S extends Shape, V> {
  declare readonly values: V;
  declare readonly keys: KeysOf<S>;
  readonly kind = 'labels';

  constructor(
    readonly name: string,
    readonly options: Labels & { readonly entity: Entity<S>; readonly labels: LabelRecord },
  ) {}
}

export type AnyLabelGroup = LabelGroup<Shape, unknown>;

/**
 * Declares what there is to be predicted of an entity. Vectors take it in `labels`; it stands in training sets only,
 * and is no part of what is streamed or served.
 * @param name snake_case
 */
export function labels<S extends Shape, L extends LabelRecord>(
  name: string,
  options: LabelsOptions<S, L>,
): LabelGroup<S, Values<L>> {
  return new LabelGroup(name, { entity: options.entity, labels: options.labels, ...labelsOf(options) });
}
