// Hot path, where a fingerprint is compared; the rest once for each meaning that is met.
import { OtherMeaning } from './errors.ts';
import type { AccessorPlan } from './plan.ts';
import type { ReadAnswer } from './transport.ts';

/**
 * Tells what was generated from other declarations than what answers. What a client was not generated for, a
 * feature that came later, is no difference to it.
 */
export class MeaningGuard {
  readonly #plan: AccessorPlan;
  readonly #pass: ((difference: OtherMeaning) => void) | undefined;
  /** By the fingerprint that was met; null: all that the client knows of means the same. */
  readonly #met = new Map<string, OtherMeaning | null>();

  /** @param pass takes a difference, once; without it that is an error */
  constructor(plan: AccessorPlan, pass: ((difference: OtherMeaning) => void) | undefined) {
    this.#plan = plan;
    this.#pass = pass;
  }

  /** @throws OtherMeaning */
  admit({ fingerprint: found, meanings }: ReadAnswer): void {
    if (found === undefined || found === this.#plan.fingerprint) return;
    let difference = this.#met.get(found);
    if (difference === undefined) {
      difference = this.#differenceFrom(found, meanings);
      this.#met.set(found, difference);
      if (difference !== null) this.#pass?.(difference);
    }
    if (difference !== null && this.#pass === undefined) throw difference;
  }

  #differenceFrom(found: string, meanings: ReadAnswer['meanings']): OtherMeaning | null {
    const { name, fingerprint, meanings: own } = this.#plan;
    if (meanings === undefined) return new OtherMeaning(name, fingerprint, found);
    const features = Object.keys(own).filter(feature => own[feature] !== meanings[feature]);
    return features.length === 0 ? null : new OtherMeaning(name, fingerprint, found, features);
  }
}
