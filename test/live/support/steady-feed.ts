import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import type { Producer } from 'kafkajs';
import type { Random } from '../../support/random.ts';
import type { TestKafka } from './kafka.ts';

/** How many keys the records are drawn from. */
export const drawn = { users: 300, sessions: 4, items: 120, airports: 12 } as const;

/** What a draw says, of which the keys that are read are made as well. */
export const sessionOf = (user: number, number: number): string => `${user}-${number}`;
export const categoryOf = (item: number): string | null => (item % 7 === 0 ? null : `shelf.${item % 9}`);
export const airportOf = (number: number): string => `A${String(number).padStart(2, '0')}`;

const MINUTE = 60_000;
const EVERY = 40;
/** After an outage the feed goes on; it does not make up for all of it. */
const MOST = 1_000;

interface Message {
  readonly key: string;
  readonly value: string;
}

/**
 * Events of the shop and flights, about so many in a second, whatever becomes of the broker: what was not acknowledged
 * is sent again, and may then be in the log twice.
 */
export class SteadyFeed {
  /** Records that the broker has acknowledged. */
  sent = 0;
  readonly #random: Random;
  readonly #perSecond: number;
  readonly #producer: Producer;
  #events = 0;
  #stopping = false;
  #pauses: Promise<void> | null = null;
  #release = (): void => undefined;
  #isPaused = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(producer: Producer, random: Random, perSecond: number) {
    this.#producer = producer;
    this.#random = random;
    this.#perSecond = perSecond;
  }

  static async start(kafka: TestKafka, random: Random, perSecond: number): Promise<SteadyFeed> {
    const producer = kafka
      .client()
      .producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 3 } });
    await producer.connect();
    const feed = new SteadyFeed(producer, random, perSecond);
    feed.#running = feed.#run();
    return feed;
  }

  /** Settles when nothing is under way any more. */
  async pause(): Promise<void> {
    if (this.#stopping) return;
    this.#pauses ??= new Promise(resolve => (this.#release = resolve));
    while (!this.#isPaused) await sleep(5);
  }

  resume(): void {
    this.#pauses = null;
    this.#release();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.resume();
    await this.#running;
    await this.#producer.disconnect();
  }

  async #run(): Promise<void> {
    let due = 0;
    let last = performance.now();
    while (!this.#stopping) {
      if (this.#pauses !== null) {
        this.#isPaused = true;
        await this.#pauses;
        this.#isPaused = false;
        last = performance.now();
      }
      const now = performance.now();
      due = Math.min(MOST, due + ((now - last) * this.#perSecond) / 1000);
      last = now;
      await this.#send(Math.floor(due));
      due -= Math.floor(due);
      await sleep(EVERY);
    }
  }

  async #send(count: number): Promise<void> {
    if (count === 0) return;
    const flights = Math.floor(count / 4);
    const now = Date.now();
    const topicMessages = [
      { topic: 'user-behavior', messages: Array.from({ length: count - flights }, () => this.#event(now)) },
      { topic: 'flights', messages: Array.from({ length: flights }, () => this.#flight(now)) },
    ];
    for (;;) {
      try {
        await this.#producer.sendBatch({ topicMessages, acks: -1, timeout: 5_000 });
        this.sent += count;
        return;
      } catch {
        // The broker is away. Once it is back it has all of it, some of it twice perhaps.
        await sleep(EVERY);
      }
    }
  }

  #event(now: number): Message {
    const random = this.#random;
    const user_id = random.between(1, drawn.users);
    const item_id = random.between(1, drawn.items);
    const type = random.pick(['view', 'view', 'view', 'click', 'click', 'add_to_cart', 'purchase'] as const);
    const late = random.pick([0, 0, 0, random.below(50 * MINUTE), random.chance(0.1) ? 90 * MINUTE : 0]);
    const value = {
      event_id: (this.#events += 1),
      user_id,
      session_id: sessionOf(user_id, random.below(drawn.sessions)),
      item_id,
      event_type: random.chance(0.002) ? 'stare' : type,
      category: categoryOf(item_id),
      revenue: type === 'purchase' ? (random.between(100, 90_000) / 100).toFixed(2) : null,
      event_time: new Date(now - late).toISOString(),
    };
    return { key: String(user_id), value: JSON.stringify(value) };
  }

  #flight(now: number): Message {
    const random = this.#random;
    const origin = airportOf(random.below(drawn.airports));
    const value = {
      scheduled_departure: (now - random.below(300 * MINUTE)) * 1000,
      delay: random.between(-10, 120),
      distance: random.between(100, 2500),
      origin,
      destination: airportOf(random.below(drawn.airports)),
    };
    return { key: origin, value: random.chance(0.002) ? '{"delay":' : JSON.stringify(value) };
  }
}
