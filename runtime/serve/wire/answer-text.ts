// Hot path: answers as JSON text, in order of declaration.
import { formatInstant } from '../../../kernels/instant.ts';
import type { Instant } from '../../../kernels/instant.ts';
import { meaningsOf } from '../../client/plan.ts';
import type { ReadAnswer } from '../../client/transport.ts';
import type { FrontierEntry } from '../../engine/record.ts';
import type { Value } from '../../engine/value.ts';
import type { Served } from '../plan.ts';
import { valueText } from './value-text.ts';
import type { ValueText } from './value-text.ts';

/** By it a client tells the fingerprint it was generated for; where that is another it is told each feature's. */
export const MEANING_HEADER = 'x-skewless-fingerprint';

/** A frontier as JSON, made once for as long as it is the same array. */
export class FrontierText {
  #frontier: readonly FrontierEntry[] | null = null;
  #text = '[]';

  of(frontier: readonly FrontierEntry[]): string {
    if (frontier !== this.#frontier) {
      this.#frontier = frontier;
      this.#text = frontierText(frontier);
    }
    return this.#text;
  }
}

function frontierText(frontier: readonly FrontierEntry[]): string {
  return JSON.stringify(
    frontier.map(({ source, topic, epoch, partition, nextOffset }) => ({
      source,
      topic,
      epoch,
      partition,
      next_offset: nextOffset,
    })),
  );
}

interface Feature {
  readonly name: string;
  /** What stands before the value: `,"name":`. */
  readonly before: string;
  readonly text: ValueText;
}

/** Writes the answers of one group or vector. */
export class AnswerText {
  readonly #features: readonly Feature[];
  readonly #fingerprint: string;
  /** What follows the fingerprint for a client that knows another. */
  readonly #meanings: string;
  readonly #frontier: FrontierText;

  constructor(served: Served, frontier: FrontierText) {
    this.#features = served.features.map(({ name, type }, i) => ({
      name,
      before: `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`,
      text: valueText(type),
    }));
    this.#fingerprint = JSON.stringify(served.fingerprint);
    this.#meanings = `,"meanings":${JSON.stringify(meaningsOf(served))}`;
    this.#frontier = frontier;
  }

  /**
   * @param single the values of the one key, instead of a list
   * @param isOther the client was generated for another meaning
   */
  of(answer: ReadAnswer, single: boolean, isOther = false): string {
    const { values } = answer;
    let text: string;
    if (single) text = this.values(values[0]!);
    else {
      text = '[';
      for (let i = 0; i < values.length; i += 1) text += (i === 0 ? '' : ',') + this.values(values[i]!);
      text += ']';
    }
    return (
      `{"at":"${formatInstant(answer.at as Instant)}","values":${text},` +
      `"frontier":${this.#frontier.of(answer.frontier)},"fingerprint":${this.#fingerprint}` +
      `${isOther ? this.#meanings : ''}}`
    );
  }

  /** The values of one key as a JSON object. */
  values(values: Readonly<Record<string, Value>>): string {
    const features = this.#features;
    if (features.length === 0) return '{}';
    let text = '';
    for (let i = 0; i < features.length; i += 1) {
      const { name, before, text: textOf } = features[i]!;
      const value = values[name];
      text += value === null || value === undefined ? `${before}null` : before + textOf(value);
    }
    return `${text}}`;
  }
}
