import type { Served, ServedScalar } from '../serve/plan.ts';
import type { InnerValue } from './transport.ts';

export type WireScalar = ServedScalar['kind'];

/** A type in a word: what a wire has to know of it. */
export type WireType = WireScalar | `${WireScalar}[]`;

/** What generated code tells of a group or vector. */
export interface AccessorPlan {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  /** Of the meaning of all its features, as the client was generated for it. */
  readonly fingerprint: string;
  /** Keys of the entity, or columns of the request. */
  readonly inputs: Readonly<Record<string, WireScalar>>;
  /** In order of declaration. */
  readonly features: Readonly<Record<string, WireType>>;
  /** The fingerprint of each feature's own meaning, as the client was generated for it. */
  readonly meanings: Readonly<Record<string, string>>;
  /**
   * What stands in for a feature while the service is away: its declared default, else its value of no events.
   * Null for those that are not named.
   */
  readonly otherwise: Readonly<Record<string, InnerValue>>;
}

/** The plan of something served, for clients without generated code; it knows no defaults. */
export function accessorPlanOf({ kind, name, fingerprint, inputs, features }: Served): AccessorPlan {
  return {
    kind,
    name,
    fingerprint,
    inputs: Object.fromEntries(inputs.map(input => [input.name, input.type.kind])),
    features: Object.fromEntries(
      features.map(({ name: feature, type }): [string, WireType] => [
        feature,
        type.kind === 'list' ? `${type.of.kind}[]` : type.kind,
      ]),
    ),
    meanings: meaningsOf({ features }),
    otherwise: {},
  };
}

/** What each feature means where it is served, by name. */
export function meaningsOf({ features }: Pick<Served, 'features'>): Readonly<Record<string, string>> {
  return Object.fromEntries(features.map(({ name, fingerprint }) => [name, fingerprint]));
}
