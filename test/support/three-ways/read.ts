import type { FrontierEntry } from '../../../testing/index.ts';
import type { LoggedRecord } from '../history/history.ts';

/** What is read: a group or vector, for these keys (a vector: its request), at one instant. Inner values. */
export interface Read {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly request: Readonly<Record<string, Scalar | null>>;
  /** µs. */
  readonly t: number;
  readonly before: boolean;
  /** Of no matter where the session's knowledge is not by arrival. µs. */
  readonly knownAt: number;
}

export type Scalar = number | bigint | boolean | string;
export type Value = Scalar | readonly Scalar[] | null;
export type Values = Readonly<Record<string, Value>>;

/**
 * Reads and what they know. The stream takes in `order` record by record; a step's reads are made when it has
 * taken in `consumed` of them, which is their knowledge:
 * `arrival`: exactly what had arrived at their `knownAt`; `frontier`: whatever the interleaving brought by then;
 * `hindsight`: everything.
 */
export interface Session {
  readonly knowledge: 'arrival' | 'frontier' | 'hindsight';
  readonly order: readonly LoggedRecord[];
  readonly steps: readonly Step[];
}

export interface Step {
  readonly consumed: number;
  readonly reads: readonly Read[];
}

/** The next offset of every partition when so many records have been taken in. */
export function frontierAfter(order: readonly LoggedRecord[], consumed: number): Required<FrontierEntry>[] {
  const entries = new Map<string, Required<FrontierEntry>>();
  for (const { source, topic = 0, epoch = 0, partition, offset } of order.slice(0, consumed)) {
    entries.set(`${source} ${topic} ${epoch} ${partition}`, {
      source,
      topic,
      epoch,
      partition,
      offset: offset + 1,
    });
  }
  return [...entries.values()];
}

export function readsOf(session: Session): readonly Read[] {
  return session.steps.flatMap(({ reads }) => reads);
}
