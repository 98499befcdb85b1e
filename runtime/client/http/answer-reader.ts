// Hot path: answers of JSON back into inner values.
import { parseInstant } from '../../../kernels/instant.ts';
import type { FrontierEntry } from '../../engine/record.ts';
import { BadAnswer, OtherMeaning } from '../errors.ts';
import type { AccessorPlan, WireType } from '../plan.ts';
import type { InnerValue, ReadAnswer } from '../transport.ts';

type Restore = (value: unknown) => InnerValue;

interface WireAnswer {
  readonly at: string;
  readonly values: readonly Record<string, InnerValue>[];
  readonly frontier: readonly WireEntry[];
  readonly fingerprint: string;
  readonly meanings?: Readonly<Record<string, string>>;
}

interface WireEntry extends Omit<FrontierEntry, 'nextOffset'> {
  readonly next_offset: number;
}

/** Reads the answers for one group or vector. */
export class AnswerReader {
  readonly #plan: AccessorPlan;
  readonly #names: readonly string[];
  /** What JSON has no form of its own for. */
  readonly #restored: readonly (readonly [string, Restore])[];

  constructor(plan: AccessorPlan) {
    this.#plan = plan;
    this.#names = Object.keys(plan.features);
    this.#restored = Object.entries(plan.features).flatMap(([name, type]) => {
      const restore = restorerOf(type);
      return restore === null ? [] : [[name, restore] as const];
    });
  }

  /**
   * @param count of the keys that were asked for
   * @throws OtherMeaning where the features are not those of the plan; BadAnswer
   */
  read(text: string, count: number): ReadAnswer {
    const answer = parsed(text);
    if (answer.values.length !== count)
      throw new BadAnswer(`${count} keys were asked for, and ${answer.values.length} answered`);
    if (answer.fingerprint !== this.#plan.fingerprint) this.#compare(answer);
    try {
      for (const values of answer.values) this.#restore(values);
    } catch (error) {
      if (answer.fingerprint !== this.#plan.fingerprint)
        throw this.#otherMeaning(answer, [], ', and other types');
      throw error;
    }
    return {
      at: instantOf(answer.at),
      frontier: answer.frontier.map(entry => ({
        source: entry.source,
        topic: entry.topic,
        epoch: entry.epoch,
        partition: entry.partition,
        nextOffset: entry.next_offset,
      })),
      values: answer.values,
      fingerprint: answer.fingerprint,
      ...(answer.meanings === undefined ? {} : { meanings: answer.meanings }),
    };
  }

  #restore(values: Record<string, InnerValue>): void {
    const restored = this.#restored;
    for (let i = 0; i < restored.length; i += 1) {
      const [name, restore] = restored[i]!;
      const value = values[name];
      if (value !== null) values[name] = restore(value);
    }
  }

  /** Another meaning may be let pass; a feature that is not there cannot. */
  #compare(answer: WireAnswer): void {
    for (const values of answer.values) {
      const missing = this.#names.find(name => !Object.hasOwn(values, name));
      if (missing !== undefined) throw this.#otherMeaning(answer, [missing], `, which has no ${missing}`);
    }
  }

  #otherMeaning({ fingerprint }: WireAnswer, features: readonly string[], detail: string): OtherMeaning {
    return new OtherMeaning(this.#plan.name, this.#plan.fingerprint, fingerprint, features, detail);
  }
}

function parsed(text: string): WireAnswer {
  let answer: Partial<WireAnswer> | null;
  try {
    answer = JSON.parse(text) as Partial<WireAnswer> | null;
  } catch (error) {
    throw new BadAnswer('the answer is no JSON: is this the address of the service?', { cause: error });
  }
  if (
    typeof answer?.at !== 'string' ||
    typeof answer.fingerprint !== 'string' ||
    !Array.isArray(answer.values) ||
    !Array.isArray(answer.frontier)
  ) {
    throw new BadAnswer('the answer has another shape: is this the address of the service?');
  }
  return answer as WireAnswer;
}

function restorerOf(type: WireType): Restore | null {
  switch (type) {
    case 'bigint':
      return bigintOf;
    case 'timestamp':
      return instantOf;
    case 'bigint[]':
      return listOf(bigintOf);
    case 'timestamp[]':
      return listOf(instantOf);
    default:
      return null;
  }
}

function bigintOf(value: unknown): bigint {
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  throw new BadAnswer(`${String(value)} is no bigint`);
}

function instantOf(value: unknown): number {
  const instant = typeof value === 'string' ? parseInstant(value) : null;
  if (instant !== null) return instant;
  throw new BadAnswer(`${String(value)} is no instant`);
}

function listOf<T extends bigint | number>(of: (value: unknown) => T): (value: unknown) => readonly T[] {
  return value => {
    if (Array.isArray(value)) return value.map(of);
    throw new BadAnswer(`${String(value)} is no list`);
  };
}
