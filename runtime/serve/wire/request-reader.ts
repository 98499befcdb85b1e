// Hot path: the body of a request, checked by hand from the plan. What does not pass is for `explain` to judge.
import type { Scalar } from '../../engine/value.ts';
import type { ReadRequest } from '../../client/transport.ts';
import type { Served, ServedInput } from '../plan.ts';
import { explainer } from './explain.ts';
import type { Explain } from './explain.ts';
import { bodyFormOf } from './body-form.ts';
import type { BodyForm } from './body-form.ts';
import { queryBody } from './query-body.ts';
import { scalarReader } from './scalar-reader.ts';
import type { ReadScalar } from './scalar-reader.ts';

/** A request as it came over a wire of JSON. */
export interface WireRequest {
  readonly request: ReadRequest;
  /** It asked for one key, and gets one for an answer; not a list of one. */
  readonly single: boolean;
}

interface Input {
  readonly name: string;
  readonly nullable: boolean;
  readonly read: ReadScalar;
}

const readAt = scalarReader({ kind: 'timestamp' });

/** Reads requests for one group or vector. */
export class RequestReader {
  /** Whether digits beyond a double's matter: the body must be parsed without losing one. */
  readonly lossless: boolean;
  readonly #served: Served;
  readonly #form: BodyForm;
  readonly #inputs: readonly Input[];
  readonly #maxKeys: number;
  readonly #explain: Explain;

  /** @param maxKeys in one request */
  constructor(served: Served, maxKeys: number) {
    this.lossless = served.inputs.some(({ type }) => type.kind === 'bigint' || type.kind === 'decimal');
    this.#served = served;
    this.#form = bodyFormOf(served.kind);
    this.#inputs = served.inputs.map(({ name, nullable, type }: ServedInput) => ({
      name,
      nullable,
      read: scalarReader(type),
    }));
    this.#maxKeys = maxKeys;
    this.#explain = explainer(served, maxKeys);
  }

  /**
   * @param body parsed JSON, no digit lost where `lossless` asks for it
   * @throws ServeError saying what is wrong, where, and what should stand there
   */
  readBody(body: unknown): WireRequest {
    return this.readSound(body) ?? this.#explain(body);
  }

  /** The parameters of a query, for one key. @throws ServeError */
  readQuery(query: Readonly<Record<string, unknown>>): WireRequest {
    const body = queryBody(this.#served, query);
    return this.readSound(body) ?? this.#explain(body, true);
  }

  /** As `readBody`, but null for anything that is not entirely right. */
  readSound(body: unknown): WireRequest | null {
    if (!isObject(body)) return null;
    let members = 0;
    const asOf = body['as_of'];
    let at: number | undefined;
    if (asOf !== undefined) {
      members += 1;
      if (asOf !== null) {
        at = readAt(asOf) as number | undefined;
        if (at === undefined) return null;
      }
    }
    const single = body[this.#form.one];
    const keys = single === undefined ? this.#readMany(body[this.#form.many]) : this.#readOne(single);
    if (keys === null || countOf(body) !== members + 1) return null;
    const { kind, name } = this.#served;
    return {
      request: at === undefined ? { kind, name, keys } : { kind, name, keys, at },
      single: single !== undefined,
    };
  }

  #readOne(given: unknown): readonly Readonly<Record<string, Scalar | null>>[] | null {
    const key = this.#readKey(given);
    return key === null ? null : [key];
  }

  #readMany(given: unknown): readonly Readonly<Record<string, Scalar | null>>[] | null {
    if (!Array.isArray(given) || given.length > this.#maxKeys) return null;
    const keys = new Array<Record<string, Scalar | null>>(given.length);
    for (let i = 0; i < given.length; i += 1) {
      const key = this.#readKey(given[i]);
      if (key === null) return null;
      keys[i] = key;
    }
    return keys;
  }

  #readKey(given: unknown): Record<string, Scalar | null> | null {
    if (!isObject(given)) return null;
    const key: Record<string, Scalar | null> = {};
    let members = 0;
    const inputs = this.#inputs;
    for (let i = 0; i < inputs.length; i += 1) {
      const { name, nullable, read } = inputs[i]!;
      const cell = given[name];
      if (cell === undefined || cell === null) {
        if (!nullable) return null;
        if (cell === null) members += 1;
        key[name] = null;
        continue;
      }
      const value = read(cell);
      if (value === undefined) return null;
      key[name] = value;
      members += 1;
    }
    return members === countOf(given) ? key : null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function countOf(object: object): number {
  return Object.keys(object).length;
}
