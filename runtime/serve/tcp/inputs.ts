// Hot path: what a request gives, judged alike on both ends; over HTTP the verdict is the same.
import { suggestion } from '../../../kernels/nearest.ts';
import type { InnerValue } from '../../client/transport.ts';
import type { Scalar } from '../../engine/value.ts';
import { ServeError } from '../errors.ts';
import type { Served, ServedInput } from '../plan.ts';
import { inWords } from '../wire/in-words.ts';
import { scalarReader } from '../wire/scalar-reader.ts';
import type { ReadScalar } from '../wire/scalar-reader.ts';

type Given = Readonly<Record<string, InnerValue | undefined>>;

interface Input {
  readonly name: string;
  readonly nullable: boolean;
  readonly read: ReadScalar;
}

/** The inputs of one group or vector. */
export class Inputs {
  readonly #inputs: readonly Input[];
  readonly #served: Pick<Served, 'kind' | 'inputs'>;

  constructor(served: Pick<Served, 'kind' | 'inputs'>) {
    this.#served = served;
    this.#inputs = served.inputs.map(({ name, nullable, type }) => ({
      name,
      nullable,
      read: scalarReader(type),
    }));
  }

  /**
   * The inputs as the engine takes them: −0 is 0, a uuid is in lower case, what is left out is null.
   * @param place of the row in its request
   * @throws ServeError saying what is wrong, where, and what should stand there
   */
  admit(given: Given, place: number): Record<string, Scalar | null> {
    const admitted: Record<string, Scalar | null> = {};
    const inputs = this.#inputs;
    for (let i = 0; i < inputs.length; i += 1) {
      const { name, nullable, read } = inputs[i]!;
      const value = given[name];
      if (value === null || value === undefined) {
        if (!nullable) throw this.#refusal(this.#served.inputs[i]!, value, place);
        admitted[name] = null;
        continue;
      }
      const read1 = read(value);
      if (read1 === undefined) throw this.#refusal(this.#served.inputs[i]!, value, place);
      admitted[name] = read1;
    }
    return admitted;
  }

  /** @throws ServeError where something is given that is no input */
  admitNoOther(given: Given, place: number): void {
    const { inputs } = this.#served;
    for (const name in given) {
      if (inputs.some(input => input.name === name)) continue;
      const path = this.#path(name, place);
      const known = inputs.map(input => input.name);
      throw new ServeError('invalid_key', `${path} is unknown`, {
        path,
        hint: suggestion(name, known) ?? undefined,
      });
    }
  }

  #refusal({ name, type }: ServedInput, value: InnerValue | undefined, place: number): ServeError {
    const path = this.#path(name, place);
    const expected = inWords(type);
    if (value === undefined)
      return new ServeError('invalid_key', `${path} is missing: it must be ${expected}`, { path });
    return new ServeError('invalid_key', `${path} must be ${expected}, not ${shown(value)}`, {
      path,
      hint:
        value === null
          ? 'a read of no key has no values; leave it out'
          : type.kind === 'enum' && typeof value === 'string'
            ? (suggestion(value, type.values) ?? undefined)
            : undefined,
    });
  }

  #path(name: string, place: number): string {
    return `${this.#served.kind === 'group' ? 'keys' : 'requests'}[${place}].${name}`;
  }
}

function shown(value: InnerValue): string {
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  return Array.isArray(value) ? 'a list' : String(value);
}
