// What a service tells of its features: generated, read by servers, clients' documentation, stores and metrics.

/** The type of a value that crosses a wire (semantics §5, Types). */
export type ServedScalar =
  | { readonly kind: 'int' | 'bigint' | 'double' | 'text' | 'uuid' | 'boolean' | 'timestamp' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'enum'; readonly values: readonly string[] };

export type ServedType = ServedScalar | { readonly kind: 'list'; readonly of: ServedScalar };

/** A key of a group's entity, a column of a vector's request, or one of a source. */
export interface ServedInput {
  readonly name: string;
  readonly type: ServedScalar;
  /** May be null or left out. */
  readonly nullable: boolean;
  readonly doc: string | null;
}

export interface ServedFeature {
  readonly name: string;
  readonly type: ServedType;
  readonly nullable: boolean;
  readonly doc: string | null;
  /** Of its meaning alone: what it is called and where it stands has no part in it. */
  readonly fingerprint: string;
  /** Of its meaning, from 1, as features.lock.json has it. */
  readonly version: number;
}

/** What can be read: a group by its entity's keys, or a vector by its request. */
export interface Served {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly doc: string | null;
  readonly owner: string | null;
  /** Of the meaning of all its features. */
  readonly fingerprint: string;
  readonly inputs: readonly ServedInput[];
  /** In order of declaration. */
  readonly features: readonly ServedFeature[];
}

/** A stream or table and where its records come from. */
export interface ServedSource {
  readonly kind: 'stream' | 'table';
  readonly name: string;
  readonly doc: string | null;
  /** Kafka topics in order: a record's `topic` is its place here. Empty: the source is not on Kafka. */
  readonly topics: readonly string[];
  /** `producer`: the topics stamp CreateTime, and arrival is the producer's word (semantics §2). */
  readonly arrival: 'log' | 'producer';
  /** The column that says when an event happened, or by which a table's windows go; null: none. */
  readonly time: string | null;
  readonly columns: readonly ServedInput[];
}

/** What `generated/serving.ts` exports. */
export interface ServingPlan {
  readonly abi: number;
  /** The stream program's. */
  readonly fingerprint: string;
  readonly sources: readonly ServedSource[];
  readonly served: readonly Served[];
}
