// Hot path of the store: a key's values as the hash that Redis holds.
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { meaningsOf } from '../client/plan.ts';
import type { InnerValue } from '../client/transport.ts';
import type { Served } from '../serve/plan.ts';
import { storedText } from './stored-value.ts';

/** The instant that the values hold at. */
export const AT = '_at';
/** Of the meaning of the features. */
export const FINGERPRINT = '_fingerprint';

export interface StoredHash {
  readonly name: string;
  /** Fields and their values, in turn. */
  readonly fields: readonly string[];
}

interface Feature {
  readonly name: string;
  readonly text: (value: Exclude<InnerValue, null>) => string;
}

/** Makes the hashes of one group or vector. */
export class HashMaker {
  readonly #features: readonly Feature[];
  readonly #fingerprint: string;

  constructor({ features, fingerprint }: Served) {
    this.#features = features.map(({ name, type }) => ({ name, text: storedText(type) }));
    this.#fingerprint = fingerprint;
  }

  hash(name: string, values: Readonly<Record<string, InnerValue>>, at: number): StoredHash {
    const fields = [AT, formatInstant(at as Instant), FINGERPRINT, this.#fingerprint];
    const features = this.#features;
    for (let i = 0; i < features.length; i += 1) {
      const { name: feature, text } = features[i]!;
      const value = values[feature];
      if (value !== null && value !== undefined) fields.push(feature, text(value));
    }
    return { name, fields };
  }
}

/** What each feature means, for clients that find another fingerprint than theirs. */
export function meaningsHash(name: string, served: Served): StoredHash {
  return { name, fields: Object.entries(meaningsOf(served)).flat() };
}
