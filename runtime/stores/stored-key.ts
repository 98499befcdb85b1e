// How keys are named in Redis, so that any language can put the names together:
//
//   prefix ':' name of the group or vector ':' key part ':' key part …, in the order of declaration
//
// A part is a number's digits, `true` or `false`, text as it is, a uuid in lower case. In a part `%` is written
// `%25` and `:` is written `%3A`, so that no two keys share a name. The name without parts holds what a key has
// that was never seen. `prefix:%meanings:name:fingerprint` holds the fingerprint of each feature, for clients that
// were generated for another one.
import type { AccessorPlan, WireScalar } from '../client/plan.ts';
import type { InnerValue } from '../client/transport.ts';

/** Names the keys of one group or vector. */
export class StoredKeys {
  readonly #base: string;
  readonly #meanings: string;
  readonly #inputs: readonly (readonly [string, WireScalar])[];

  constructor(prefix: string, { name, inputs }: Pick<AccessorPlan, 'name' | 'inputs'>) {
    this.#base = `${prefix}:${name}`;
    this.#meanings = `${prefix}:%meanings:${name}`;
    this.#inputs = Object.entries(inputs);
  }

  /** The name of what a key never seen has. */
  get unseen(): string {
    return this.#base;
  }

  /** What holds the meaning of each feature under a fingerprint. No name of a group or vector begins with `%`. */
  meanings(fingerprint: string): string {
    return `${this.#meanings}:${fingerprint}`;
  }

  /** @throws BadKeyPart for a part that is missing or not of its type */
  nameOf(key: Readonly<Record<string, InnerValue | undefined>>): string {
    let name = this.#base;
    for (let i = 0; i < this.#inputs.length; i += 1) {
      const [input, type] = this.#inputs[i]!;
      const value = key[input];
      if (!isKeyPart(value, type)) throw new BadKeyPart(input, type, value);
      const text = type === 'uuid' ? (value as string).toLowerCase() : String(value === 0 ? 0 : value);
      name += `:${text.includes(':') || text.includes('%') ? escaped(text) : text}`;
    }
    return name;
  }
}

export class BadKeyPart extends Error {
  override readonly name = 'BadKeyPart';

  constructor(
    readonly part: string,
    type: WireScalar,
    value: InnerValue | undefined,
  ) {
    super(
      value === undefined
        ? `${part} is missing: it must be of type ${type}`
        : `${part} must be of type ${type}, not ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`,
    );
  }
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll(':', '%3A');
}

function isKeyPart(value: InnerValue | undefined, type: WireScalar): boolean {
  switch (type) {
    case 'int':
      return Number.isSafeInteger(value);
    case 'bigint':
      return typeof value === 'bigint';
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
    case 'enum':
    case 'uuid':
      return typeof value === 'string';
    // No key is of these types.
    case 'double':
    case 'decimal':
    case 'timestamp':
      return false;
  }
}
