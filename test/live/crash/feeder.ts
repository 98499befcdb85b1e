import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import type { Producer } from 'kafkajs';
import type { Random } from '../../support/random.ts';
import type { TestKafka } from '../support/kafka.ts';
import { CrashRecords } from './records.ts';

/** Messages that were sent at once. */
export interface Burst {
  readonly count: number;
  /** Where its first one lies in each partition that has any of it: `topic/partition`. */
  readonly begins: readonly { readonly place: string; readonly from: number }[];
}

/** Sends messages, in small lots at odd times and in bursts when asked, until it is told to stop. */
export class Feeder {
  readonly #producer: Producer;
  /** By source. */
  readonly #topics: ReadonlyMap<string, string>;
  readonly #random: Random;
  readonly #records: CrashRecords;
  #stopping = false;
  #trickle: Promise<void> = Promise.resolve();
  #sending: Promise<unknown> = Promise.resolve();
  sent = 0;

  private constructor(producer: Producer, topics: ReadonlyMap<string, string>, random: Random) {
    this.#producer = producer;
    this.#topics = topics;
    this.#random = random;
    this.#records = new CrashRecords(random.fork());
  }

  /** @param topics by source */
  static async start(kafka: TestKafka, topics: ReadonlyMap<string, string>, random: Random): Promise<Feeder> {
    const producer = kafka.client().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const feeder = new Feeder(producer, topics, random);
    feeder.#trickle = feeder.#run();
    feeder.#trickle.catch(() => undefined);
    return feeder;
  }

  /** Sends so many at once. @returns where they lie in the log */
  burst(count: number): Promise<Burst> {
    const sent = this.#sending.then(() => this.#send(count));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  /** @throws what ended it before its time */
  async stop(): Promise<void> {
    this.#stopping = true;
    try {
      await this.#trickle;
      await this.#sending;
    } finally {
      await this.#producer.disconnect();
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      await this.burst(this.#random.between(1, 25));
      await sleep(this.#random.below(120));
    }
  }

  async #send(count: number): Promise<Burst> {
    const lot = Array.from({ length: count }, () => this.#records.next(Date.now()));
    const sent = await this.#producer.sendBatch({
      topicMessages: [...this.#topics].map(([source, topic]) => ({
        topic,
        messages: lot.filter(message => message.source === source),
      })),
    });
    this.sent += count;
    return {
      count,
      begins: sent.map(({ topicName, partition, baseOffset }) => {
        return { place: `${topicName}/${partition}`, from: Number(baseOffset) };
      }),
    };
  }
}
