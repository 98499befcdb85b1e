import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import type { Producer } from 'kafkajs';
import type { SourceRecord } from '../../../runtime/engine/record.ts';
import type { Random } from '../../support/random.ts';
import type { TestKafka } from '../support/kafka.ts';
import type { CatalogTopics } from './catalog-project.ts';

export const drawn = { users: 12, items: 9 } as const;

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const EVERY = 40;

type Row = Readonly<Record<string, number | string | null>>;

/** What users view and what becomes of items: past records, and such as are sent to the log until told to stop. */
export class CatalogFeed {
  readonly #random: Random;
  readonly #views: Row[] = [];
  #lsn = 1;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #producer: Producer | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A view as it arrives at an instant, ms: most on time, some late, some too late, some once more. */
  view(now: number): Row {
    const random = this.#random;
    if (this.#views.length > 0 && random.chance(0.05)) return random.pick(this.#views.slice(-20));
    const late = random.pick([0, 0, 0, random.below(55 * MINUTE), random.below(3 * 60 * MINUTE)]);
    const row = {
      ...{ view_id: this.#views.length, user_id: random.between(1, drawn.users) },
      ...{ item_id: random.between(1, drawn.items), kind: random.pick(['page', 'page', 'item', 'cart']) },
      seconds: random.chance(0.1) ? null : random.below(10_000) / 64,
      viewed_at: new Date(now - late).toISOString(),
    };
    this.#views.push(row);
    return row;
  }

  /** An item as it stands from an instant on. */
  item(item_id: number): Row {
    const random = this.#random;
    const shelf = random.chance(0.2) ? null : `shelf ${random.below(4)}`;
    return { item_id, shelf, price: (random.between(100, 9_900) / 100).toFixed(2) };
  }

  /** Views of the five days before an instant, ms, in order of arrival. */
  pastViews(count: number, end: number): { readonly row: Row; readonly arrivedAt: number }[] {
    return Array.from({ length: count }, (_, n) => {
      const arrivedAt = end - 5 * DAY + Math.floor((n * 5 * DAY) / count);
      return { row: this.view(arrivedAt), arrivedAt: arrivedAt * 1000 };
    });
  }

  /** Goes on, with about so many records in a second. */
  async start(kafka: TestKafka, topics: CatalogTopics, perSecond: number): Promise<void> {
    this.#producer = kafka.client().producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await this.#producer.connect();
    this.#running = this.#run(this.#producer, topics, Math.ceil((perSecond * EVERY) / 1000));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.#producer?.disconnect();
    this.#producer = null;
  }

  async #run(producer: Producer, topics: CatalogTopics, count: number): Promise<void> {
    while (!this.#stopping) {
      const now = Date.now();
      const views = Array.from({ length: count }, () => this.view(now)).map(row => ({
        key: String(row['user_id']),
        value: JSON.stringify(row),
      }));
      const changes = this.#random.chance(0.3) ? [this.#change(now)] : [];
      const topicMessages = [
        { topic: topics.views, messages: views },
        { topic: topics.items, messages: changes },
      ];
      await producer.sendBatch({
        topicMessages: topicMessages.filter(({ messages }) => messages.length > 0),
      });
      await sleep(EVERY);
    }
  }

  #change(now: number): { readonly key: string; readonly value: string } {
    const item_id = this.#random.between(1, drawn.items);
    const isGone = this.#random.chance(0.1);
    const row = this.item(item_id);
    const value = {
      ...(isGone ? { op: 'd', before: row, after: null } : { op: 'u', before: null, after: row }),
      source: { ts_us: now * 1000, lsn: (this.#lsn += 1) },
    };
    return { key: JSON.stringify({ item_id }), value: JSON.stringify(value) };
  }
}

/** Rows as the history numbers them when they are imported. */
export function asImport(
  source: string,
  epoch: number,
  rows: readonly { readonly arrivedAt: number; readonly value: unknown }[],
): SourceRecord[] {
  return rows
    .toSorted((a, b) => a.arrivedAt - b.arrivedAt)
    .map(({ arrivedAt, value }, offset) => ({
      ...{ source, topic: -1, epoch, partition: 0, offset, arrivedAt, value },
    }));
}
