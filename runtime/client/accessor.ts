import type { FrontierEntry } from '../engine/record.ts';
import { InvalidRequest, Unavailable } from './errors.ts';
import type { OtherMeaning } from './errors.ts';
import { fallbackOf, markFallback } from './fallback.ts';
import { MeaningGuard } from './meaning-guard.ts';
import type { AccessorPlan } from './plan.ts';
import type { InnerValue, ReadRequest, Transport } from './transport.ts';

/** How instants leave: as `Date` (milliseconds), or as whole µs. */
export type InstantForm = 'date' | 'us';

export type InstantOf<F extends InstantForm> = F extends 'us' ? number : Date;

/** What a read gives while the service is away: an error, or the declared defaults. */
export type OnUnavailable = 'error' | 'defaults';

/** What `createClient` takes. */
export interface ClientOptions<F extends InstantForm = InstantForm, U extends OnUnavailable = OnUnavailable> {
  /** `date` unless told otherwise. */
  readonly instants?: F;
  /**
   * `error` unless told otherwise. `defaults`: reads that find the service away (no connection, no answer in
   * time, 503) give each feature's declared default, else its value of no events, else null; `read` and
   * `isFallback` tell them from answers. Requests that the service refuses are errors all the same.
   */
  readonly onUnavailable?: U;
  /**
   * Told once of each group and vector with features that mean something else at the service than here, and which
   * these are; their values are then passed on. Without it that is an error of every read.
   */
  readonly onOtherMeaning?: (difference: OtherMeaning) => void;
}

export interface ReadOptions<U extends OnUnavailable = OnUnavailable> {
  /** The instant to read at, within the lookback; a `Date`, or µs where milliseconds are too coarse. */
  readonly at?: Date | number;
  /** For this read, in place of the client's. */
  readonly onUnavailable?: U;
}

/** Values with the instant they hold at and the frontier they knew. */
export interface Answer<V, I> {
  readonly unavailable: false;
  readonly values: V;
  readonly at: I;
  readonly frontier: readonly FrontierEntry[];
}

/** What stands in for an answer while the service is away. */
export interface Fallback<V> {
  readonly unavailable: true;
  readonly values: V;
  readonly at: null;
  readonly frontier: readonly [];
  readonly cause: Unavailable;
}

/** `V` where the features `N` may be null: those that never are in an answer, but have nothing to stand in. */
export type WithNulls<V, N extends PropertyKey> = {
  readonly [F in keyof V]: F extends N ? V[F] | null : V[F];
};

type Values<V, N extends PropertyKey, U extends OnUnavailable> = U extends 'defaults' ? WithNulls<V, N> : V;
type Reply<V, W, I, U extends OnUnavailable> = U extends 'defaults'
  ? Answer<V, I> | Fallback<W>
  : Answer<V, I>;

/**
 * Reads one group or vector. `K`: what identifies a read; `V`: its values; `I`: how instants are given; `U`: what
 * the client does while the service is away; `N`: the features that are null only then.
 */
export interface Accessor<K, V, I, U extends OnUnavailable = 'error', N extends PropertyKey = never> {
  /** The values for one key. A key never seen has the values of no events; it is no error. */
  <O extends OnUnavailable = U>(keys: K, options?: ReadOptions<O>): Promise<Values<V, N, O>>;
  /** The values for many keys in one request, in order. */
  many<O extends OnUnavailable = U>(
    keys: readonly K[],
    options?: ReadOptions<O>,
  ): Promise<readonly Values<V, N, O>[]>;
  /** As the call itself, with the instant and the frontier, and whether it is an answer at all. */
  read<O extends OnUnavailable = U>(
    keys: K,
    options?: ReadOptions<O>,
  ): Promise<Reply<V, WithNulls<V, N>, I, O>>;
  /** As `many`, with the instant and the frontier, and whether it is an answer at all. */
  readMany<O extends OnUnavailable = U>(
    keys: readonly K[],
    options?: ReadOptions<O>,
  ): Promise<Reply<readonly V[], readonly WithNulls<V, N>[], I, O>>;
}

type Inner = Readonly<Record<string, InnerValue>>;
type AnyReply = Answer<readonly unknown[], unknown> | Fallback<readonly unknown[]>;

/** Makes the accessor that generated clients are made of. */
export function accessor<
  K extends object,
  V,
  I,
  U extends OnUnavailable = 'error',
  N extends PropertyKey = never,
>(transport: Transport, plan: AccessorPlan, options: ClientOptions = {}): Accessor<K, V, I, U, N> {
  const form = options.instants ?? 'date';
  const inputs = Object.keys(plan.inputs);
  const instants = form === 'us' ? [] : Object.keys(plan.features).filter(name => isInstant(plan, name));
  const guard = new MeaningGuard(plan, options.onOtherMeaning);

  const shape = (values: Inner): object => {
    if (instants.length === 0) return values;
    const shaped: Record<string, unknown> = { ...values };
    for (const name of instants) shaped[name] = dates(values[name]!);
    return shaped;
  };

  const ask = async (keys: readonly K[], read: ReadOptions | undefined): Promise<AnyReply> => {
    try {
      const answer = await transport.read(requestOf(plan, inputs, keys, read?.at), plan);
      guard.admit(answer);
      const at = form === 'us' ? answer.at : new Date(Math.floor(answer.at / 1000));
      return { unavailable: false, values: answer.values.map(shape), at, frontier: answer.frontier };
    } catch (error) {
      const instead = read?.onUnavailable ?? options.onUnavailable ?? 'error';
      if (instead === 'error' || !(error instanceof Unavailable)) throw error;
      const values = keys.map(() => markFallback(shape(fallbackOf(plan))));
      return { unavailable: true, values, at: null, frontier: [], cause: error };
    }
  };

  const one = async (keys: K, read?: ReadOptions): Promise<unknown> => (await ask([keys], read)).values[0];
  const made = Object.assign(one, {
    many: async (keys: readonly K[], read?: ReadOptions) => (await ask(keys, read)).values,
    read: async (keys: K, read?: ReadOptions) => {
      const reply = await ask([keys], read);
      return { ...reply, values: reply.values[0] };
    },
    readMany: ask,
  });
  // What the values are is the generated plan's word, which this code takes by name.
  return made as unknown as Accessor<K, V, I, U, N>;
}

function requestOf(
  { kind, name }: AccessorPlan,
  inputs: readonly string[],
  given: readonly object[],
  at: Date | number | undefined,
): ReadRequest {
  const keys = given.map(key => inner(key as Readonly<Record<string, unknown>>, inputs));
  if (at === undefined) return { kind, name, keys };
  const us = microseconds(at);
  if (!Number.isSafeInteger(us)) {
    throw new InvalidRequest('invalid_request', `at is no instant: ${String(at)}`, {
      path: 'at',
      hint: 'give a valid Date, or whole µs',
    });
  }
  return { kind, name, keys, at: us };
}

/** What is asked for and nothing else: instants among it may be dates, and are µs inside. */
function inner(
  key: Readonly<Record<string, unknown>>,
  inputs: readonly string[],
): Readonly<Record<string, InnerValue | undefined>> {
  const values: Record<string, InnerValue | undefined> = {};
  for (const name of inputs) {
    const value = key[name];
    values[name] = value instanceof Date ? microseconds(value) : (value as InnerValue | undefined);
  }
  return values;
}

function microseconds(at: Date | number): number {
  return typeof at === 'number' ? at : at.getTime() * 1000;
}

function isInstant({ features }: AccessorPlan, name: string): boolean {
  return features[name] === 'timestamp' || features[name] === 'timestamp[]';
}

function dates(value: InnerValue): unknown {
  if (Array.isArray(value)) return value.map(dates);
  return value === null ? null : new Date(Math.floor((value as number) / 1000));
}
