// Hot path: answers as JSON.
import type { Instant } from '../../../kernels/instant.ts';
import { meaningsOf } from '../../client/plan.ts';
import type { ReadAnswer } from '../../client/transport.ts';
import type { Served } from '../plan.ts';
import type { FrontierJson } from './frontier-json.ts';
import { literal } from './json-writer.ts';
import type { JsonWriter, Literal } from './json-writer.ts';
import { RowWriter } from './row-writer.ts';

/** By it a client tells the fingerprint it was generated for; where that is another it is told each feature's. */
export const MEANING_HEADER = 'x-skewless-fingerprint';

const AT = literal('{"at":');
const VALUES = literal(',"values":');
const FRONTIER = literal(',"frontier":');

/** Writes the answers of one group or vector. */
export class AnswerWriter {
  readonly #row: RowWriter;
  /** All that follows the frontier. */
  readonly #end: Literal;
  /** The same for a client that knows another fingerprint. */
  readonly #endWithMeanings: Literal;
  readonly #frontier: FrontierJson;
  readonly #writer: JsonWriter;

  /** The frontier and the writer may be shared with others: no answer is begun before another is taken. */
  constructor(served: Served, frontier: FrontierJson, writer: JsonWriter) {
    this.#row = new RowWriter(served.features);
    const fingerprint = `,"fingerprint":${JSON.stringify(served.fingerprint)}`;
    this.#end = literal(`${fingerprint}}`);
    this.#endWithMeanings = literal(`${fingerprint},"meanings":${JSON.stringify(meaningsOf(served))}}`);
    this.#frontier = frontier;
    this.#writer = writer;
  }

  /**
   * @param single the values of the one key, instead of a list
   * @param isOther the client was generated for another meaning
   * @returns JSON, in UTF-8
   */
  write(answer: ReadAnswer, single: boolean, isOther = false): Buffer {
    const writer = this.#writer;
    const { values } = answer;
    writer.begin();
    writer.literal(AT);
    writer.instant(answer.at as Instant);
    writer.literal(VALUES);
    if (single) this.#row.write(values[0]!, writer);
    else {
      writer.openList();
      for (let i = 0; i < values.length; i += 1) {
        if (i > 0) writer.comma();
        this.#row.write(values[i]!, writer);
      }
      writer.closeList();
    }
    writer.literal(FRONTIER);
    writer.json(this.#frontier.of(answer.frontier));
    writer.literal(isOther ? this.#endWithMeanings : this.#end);
    return writer.take();
  }
}
