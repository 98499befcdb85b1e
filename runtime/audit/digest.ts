// Control path. The digest of a group's state (semantics §10.54).
import { createHash } from 'node:crypto';
import type { Value } from '../history/values.ts';
import { rowText } from './row-text.ts';

type Row = Readonly<Record<string, Value>>;

const MODULUS = 1n << 256n;

/** Sums what keys have, in whatever order they come. */
export class Digest {
  #sum = 0n;
  keys = 0;

  /** @param features text of them all */
  add(key: string, features: string): void {
    const hash = createHash('sha256').update(`${key}\n${features}`).digest('hex');
    this.#sum = (this.#sum + BigInt(`0x${hash}`)) % MODULUS;
    this.keys += 1;
  }

  /** 64 hexadecimal digits. */
  toString(): string {
    return this.#sum.toString(16).padStart(64, '0');
  }
}

/** A row with its columns in this order, as text. */
export function orderedText(names: readonly string[], row: Row): string {
  return rowText(Object.fromEntries(names.map(name => [name, row[name]!])));
}
