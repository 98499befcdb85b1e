import type { FrontierEntry } from '../engine/record.ts';
import type { AccessorPlan } from './plan.ts';

/** A value as it stands inside: instants are µs. */
export type InnerValue =
  number | bigint | string | boolean | null | readonly (number | bigint | string | boolean)[];

/** One request: one group or vector, for one key or many, all at one instant. */
export interface ReadRequest {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  /** Keys of the group's entity, or what the vector's request asks for. */
  readonly keys: readonly Readonly<Record<string, InnerValue | undefined>>[];
  /** µs; absent: now, by the clock of the one who answers. */
  readonly at?: number;
}

export interface ReadAnswer {
  /** The instant the values hold at, µs. */
  readonly at: number;
  /** What the answer knew. */
  readonly frontier: readonly FrontierEntry[];
  /** One for each of the request's keys, in order. */
  readonly values: readonly Readonly<Record<string, InnerValue>>[];
  /** Of the meaning of the features, where the transport is told it by the one who answers. */
  readonly fingerprint?: string;
  /** Of each feature's own meaning, where the transport is told: for a client that knows another fingerprint. */
  readonly meanings?: Readonly<Record<string, string>>;
}

/** The way from a client to features: in-process here; others carry the same request over a wire. */
export interface Transport {
  /**
   * @param plan what is read, with the types of its values; accessors always give it
   * @throws FeatureServiceError (client/errors.ts), of a wire
   */
  read(request: ReadRequest, plan?: AccessorPlan): Promise<ReadAnswer>;
}

/** A transport that holds connections. */
export interface ClosableTransport extends Transport {
  /** Ends its connections once the reads under way are answered; reads after it are refused. */
  close(): Promise<void>;
}
