// Hot path: where a service takes in records, the frontier is another one for each turn of reads.
import type { FrontierEntry } from '../../engine/record.ts';
import { JsonWriter, literal } from './json-writer.ts';
import type { Literal } from './json-writer.ts';

const EMPTY = Buffer.from('[]');
const CLOSE = literal('}]');

/** An entry up to its offset: offsets move on, the partitions mostly stay. */
interface Head {
  readonly place: FrontierEntry;
  readonly text: Literal;
}

/** A frontier as JSON, made once for as long as it is the same array. */
export class FrontierJson {
  readonly #writer = new JsonWriter();
  /** Of the entries of the last frontier, in its order. */
  readonly #heads: Head[] = [];
  #frontier: readonly FrontierEntry[] | null = null;
  #json: Buffer = EMPTY;

  /** Not to be changed. */
  of(frontier: readonly FrontierEntry[]): Buffer {
    if (frontier !== this.#frontier) {
      this.#frontier = frontier;
      this.#json = frontier.length === 0 ? EMPTY : this.#write(frontier);
    }
    return this.#json;
  }

  #write(frontier: readonly FrontierEntry[]): Buffer {
    const writer = this.#writer;
    writer.begin();
    for (let i = 0; i < frontier.length; i += 1) {
      const entry = frontier[i]!;
      const known = this.#heads[i];
      const head = known !== undefined && isSamePlace(known.place, entry) ? known : this.#headOf(entry, i);
      writer.literal(head.text);
      writer.number(entry.nextOffset);
    }
    writer.literal(CLOSE);
    return writer.take();
  }

  #headOf(entry: FrontierEntry, index: number): Head {
    const { source, topic, epoch, partition } = entry;
    const text = JSON.stringify({ source, topic, epoch, partition }).slice(0, -1);
    const head = { place: entry, text: literal(`${index === 0 ? '[' : '},'}${text},"next_offset":`) };
    this.#heads[index] = head;
    return head;
  }
}

function isSamePlace(a: FrontierEntry, b: FrontierEntry): boolean {
  return a.partition === b.partition && a.topic === b.topic && a.epoch === b.epoch && a.source === b.source;
}
