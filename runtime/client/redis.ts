// Hot path: values that a service keeps in Redis (runtime/stores), read without the service.
import type { RedisOptions } from 'ioredis';
import { parseInstant } from '../../kernels/instant.ts';
import { AT, FINGERPRINT } from '../stores/stored-hash.ts';
import { BadKeyPart, StoredKeys } from '../stores/stored-key.ts';
import { storedValue } from '../stores/stored-value.ts';
import { BadAnswer, InvalidRequest, OtherMeaning, Unavailable } from './errors.ts';
import type { AccessorPlan } from './plan.ts';
import { HashReader } from './redis-hashes.ts';
import type { Hash } from './redis-hashes.ts';
import type { ClosableTransport, InnerValue, ReadAnswer, ReadRequest } from './transport.ts';

export interface RedisClientOptions {
  /** `redis://user:password@host:port/database`, `rediss://` for TLS, or options of ioredis. */
  readonly redis: string | RedisOptions;
  /** The one that the service writes with; `skewless` unless told otherwise. */
  readonly prefix?: string;
  /** For an answer of Redis, ms; 1,000 unless told otherwise. */
  readonly timeout?: number;
  /** For one connection to come about, ms; 1,000 unless told otherwise. */
  readonly connectTimeout?: number;
  /** How often a connection is tried again that did not come about; 2. Nothing that was sent is sent again. */
  readonly retries?: number;
  /** The longest wait before the first retry, ms; doubled for each one after it; 50. */
  readonly backoff?: number;
  /** From 0 to below 1; spreads the retries of many clients. */
  readonly random?: () => number;
  /** µs; asked for where no key is. */
  readonly now?: () => number;
}

/**
 * Reads what a service has written to Redis. Values hold at the instant they were written for, `at`: of many keys
 * the earliest. There is no frontier, and no reading at an instant of choice. A key of a group that has no hash is
 * one never seen, and has what such a key had when the service last came by every key; where Redis does not hold
 * that, and for a vector, it is Unavailable. Throws the errors of client/errors.ts.
 */
export function redis(options: RedisClientOptions): ClosableTransport {
  const { prefix = 'skewless', timeout = 1000, connectTimeout = 1000, retries = 2, backoff = 50 } = options;
  const { random = Math.random, now = () => Date.now() * 1000 } = options;
  const reader = new HashReader({
    redis: options.redis,
    timeout,
    connectTimeout,
    retries,
    backoff,
    random,
  });
  const forms = new WeakMap<AccessorPlan, StoredForm>();
  return {
    async read(request, plan) {
      if (plan === undefined)
        throw new BadAnswer(`the types of ${request.name} are unknown: read it by an accessor`);
      let form = forms.get(plan);
      if (form === undefined) forms.set(plan, (form = new StoredForm(prefix, plan, now)));
      return form.read(request, reader);
    },
    close: () => reader.close(),
  };
}

type Row = Record<string, InnerValue>;

interface Feature {
  readonly name: string;
  readonly read: (text: string) => InnerValue | undefined;
}

/** One group or vector as Redis holds it. */
class StoredForm {
  readonly #plan: AccessorPlan;
  readonly #keys: StoredKeys;
  readonly #now: () => number;
  readonly #features: readonly Feature[];
  readonly #nothing: Readonly<Row>;
  /** By fingerprint: those of other meanings than the client's. */
  readonly #meanings = new Map<string, Hash>();

  constructor(prefix: string, plan: AccessorPlan, now: () => number) {
    this.#now = now;
    this.#plan = plan;
    this.#keys = new StoredKeys(prefix, plan);
    this.#features = Object.entries(plan.features).map(([name, type]) => ({ name, read: storedValue(type) }));
    this.#nothing = Object.fromEntries(this.#features.map(({ name }) => [name, null]));
  }

  async read(request: ReadRequest, reader: HashReader): Promise<ReadAnswer> {
    if (request.at !== undefined) {
      throw new InvalidRequest('invalid_request', 'Redis holds the present values only', {
        path: 'at',
        hint: 'leave at out, or ask the service over HTTP or TCP',
      });
    }
    const names = request.keys.map((key, i) => this.#nameOf(key, i));
    const hashes = await Promise.all(names.map(name => this.#hash(name, reader)));
    let at = Infinity;
    let fingerprint = this.#plan.fingerprint;
    const values = hashes.map((hash, i) => {
      at = Math.min(at, instantOf(hash, names[i]!));
      if (hash[FINGERPRINT] !== this.#plan.fingerprint) fingerprint = hash[FINGERPRINT] ?? '';
      return this.#values(hash, names[i]!);
    });
    const answer = { at: values.length === 0 ? this.#now() : at, frontier: [], values, fingerprint };
    if (fingerprint === this.#plan.fingerprint) return answer;
    const meanings = await this.#meaningsOf(fingerprint, reader);
    return meanings === null ? answer : { ...answer, meanings };
  }

  /** Asked for once, where Redis holds them. */
  async #meaningsOf(fingerprint: string, reader: HashReader): Promise<Hash | null> {
    const known = this.#meanings.get(fingerprint);
    if (known !== undefined) return known;
    const found = await reader.read(this.#keys.meanings(fingerprint));
    if (Object.keys(found).length === 0) return null;
    this.#meanings.set(fingerprint, found);
    return found;
  }

  async #hash(name: string, reader: HashReader): Promise<Hash> {
    const hash = await reader.read(name);
    if (AT in hash) return hash;
    const unseen = this.#plan.kind === 'group' ? await reader.read(this.#keys.unseen) : {};
    if (AT in unseen) return unseen;
    throw new Unavailable(
      'refused',
      this.#plan.kind === 'group'
        ? `Redis holds neither ${name} nor ${this.#keys.unseen}: does a service write ${this.#plan.name} there?`
        : `Redis does not hold ${name}; only keys with events are there of a vector`,
    );
  }

  #values(hash: Hash, name: string): Row {
    const values = { ...this.#nothing };
    const features = this.#features;
    for (let i = 0; i < features.length; i += 1) {
      const { name: feature, read } = features[i]!;
      const text = hash[feature];
      if (text === undefined) continue;
      const value = read(text);
      if (value === undefined) throw this.#unreadable(hash, name, feature);
      values[feature] = value;
    }
    return values;
  }

  #unreadable(hash: Hash, name: string, feature: string): Error {
    const { name: served, fingerprint, features } = this.#plan;
    const found = hash[FINGERPRINT] ?? '';
    if (found !== fingerprint)
      return new OtherMeaning(served, fingerprint, found, [feature], `, where ${feature} is of another type`);
    return new BadAnswer(`${feature} of ${name} is no ${features[feature]}: who wrote it?`);
  }

  #nameOf(key: ReadRequest['keys'][number], i: number): string {
    try {
      return this.#keys.nameOf(key);
    } catch (error) {
      if (!(error instanceof BadKeyPart)) throw error;
      const path = `${this.#plan.kind === 'group' ? 'keys' : 'requests'}[${i}].${error.part}`;
      throw new InvalidRequest('invalid_key', `${path}: ${error.message}`, { path });
    }
  }
}

function instantOf(hash: Hash, name: string): number {
  const at = parseInstant(hash[AT] ?? '');
  if (at === null) throw new BadAnswer(`${name} does not say when its values hold: who wrote it?`);
  return at;
}
