// Control path, but for `#slice`: values in other forms than JSON, decoded between Kafka and whoever takes the records.
//
// What a decoder prepares (a schema from a registry) may fail for as long as a server is away. Then the batch in hand
// waits: its records are neither refused nor passed over, and those behind it stay in the log.
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { decodeEncoded, prepareEncoded, refusedEncoded } from '../../decode/decode-encoded.ts';
import type { Origin } from '../../decode/decode-encoded.ts';
import { Refusal } from '../../decode/refusal.ts';
import type { FrontierEntry, SourceRecord } from '../../engine/record.ts';
import type { Decoder } from '../decoder.ts';
import type { Decoders } from '../decoders.ts';
import type { Batch, PartitionEnd, RecordSource, SourceEvents } from '../source.ts';
import { Backoff } from './backoff.ts';
import { messageOf } from './failures.ts';
import type { KafkaOptions, KafkaTopic } from './options.ts';

export interface DecodingOptions extends Pick<KafkaOptions, 'retry' | 'random'> {
  readonly decoders: Decoders;
  readonly topics: readonly Pick<KafkaTopic, 'source' | 'topic' | 'place'>[];
  /** Sources whose keys are decoded as well. */
  readonly tables: ReadonlySet<string>;
  readonly logger: Logger;
  /** Of the source that is decoded: it is away while a decoder's preparation is. */
  readonly events: SourceEvents;
}

/** Records are decoded for this long, ms, before reads get their turn. */
const SLICE = 1;

/** A source whose records have gone through the decoders of theirs; it is as before where there are none. */
export function decoding(source: RecordSource, options: DecodingOptions): RecordSource {
  return options.decoders.size === 0 ? source : new DecodingSource(source, options);
}

/** A decoder at work on one batch. */
interface Desk {
  readonly decoder: Decoder;
  readonly from: Origin;
  readonly withKey: boolean;
}

class DecodingSource implements RecordSource {
  readonly #source: RecordSource;
  readonly #options: DecodingOptions;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();

  constructor(source: RecordSource, options: DecodingOptions) {
    this.#source = source;
    this.#options = options;
    this.#backoff = new Backoff(options);
  }

  run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    return this.#source.run(from, async batch => {
      const decoded = await this.#decoded(batch);
      if (decoded !== null) await take(decoded);
    });
  }

  /** Null where the source is closed before all of the batch could be decoded. */
  async #decoded(batch: Batch): Promise<Batch | null> {
    const { source, topic: place } = batch;
    const decoder = this.#options.decoders.get(source);
    const topic = this.#options.topics.find(each => each.source === source && each.place === place)?.topic;
    if (decoder === undefined || topic === undefined) return batch;
    const desk = { decoder, from: { source, topic }, withKey: this.#options.tables.has(source) };
    const records: SourceRecord[] = [];
    while (records.length < batch.records.length) {
      await this.#slice(desk, batch.records, records);
      if (this.#closing.signal.aborted) return null;
      if (records.length < batch.records.length) await setImmediate();
    }
    return { ...batch, records };
  }

  async #slice(desk: Desk, given: readonly SourceRecord[], decoded: SourceRecord[]): Promise<void> {
    const { decoder, from, withKey } = desk;
    const until = performance.now() + SLICE;
    do {
      const record = given[decoded.length]!;
      const prepared = prepareEncoded(decoder, record, from, withKey);
      // Most often nothing is to be waited for: then no turn is lost either.
      if (prepared instanceof Promise && !(await this.#wait(desk, record, prepared))) return;
      decoded.push(
        prepared instanceof Refusal
          ? refusedEncoded(record, prepared)
          : decodeEncoded(decoder, record, from, withKey),
      );
    } while (decoded.length < given.length && performance.now() < until);
  }

  /** @returns whether the record has been prepared; if not, the source is closed */
  async #wait(
    { decoder, from, withKey }: Desk,
    record: SourceRecord,
    first: Promise<unknown>,
  ): Promise<boolean> {
    let isAway = false;
    for (let work: unknown = first; !this.#closing.signal.aborted;) {
      try {
        await this.#untilClosed(work);
        if (isAway) this.#back(from);
        return true;
      } catch (error) {
        if (!isAway) this.#away(from, messageOf(error));
        isAway = true;
        await this.#pause(this.#backoff.next());
        if (!this.#closing.signal.aborted) work = prepareEncoded(decoder, record, from, withKey);
      }
    }
    return false;
  }

  #away({ source, topic }: Origin, reason: string): void {
    const { logger, events } = this.#options;
    logger.warn(
      { source, topic, reason },
      'a decoder cannot prepare: its records wait, and it is asked again',
    );
    events.health('away', `the decoder of ${source} cannot prepare: ${reason}`);
  }

  #back({ source, topic }: Origin): void {
    const { logger, events } = this.#options;
    this.#backoff.reset();
    logger.info({ source, topic }, 'the decoder goes on');
    events.health('running', null);
  }

  async #untilClosed(work: unknown): Promise<void> {
    const { signal } = this.#closing;
    const closed = new AbortController();
    const ended = new Promise<void>(settle => {
      signal.addEventListener('abort', () => settle(), { once: true, signal: closed.signal });
    });
    try {
      await Promise.race([work, ended]);
    } finally {
      closed.abort();
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  commit(frontier: readonly FrontierEntry[]): Promise<void> {
    return this.#source.commit(frontier);
  }

  ends(): readonly PartitionEnd[] {
    return this.#source.ends();
  }

  close(): Promise<void> {
    this.#closing.abort();
    return this.#source.close();
  }
}
