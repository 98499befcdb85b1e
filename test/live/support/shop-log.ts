import type { SourceRecord } from '../../../runtime/index.ts';
import type { LoggedRecord } from '../../support/history/history.ts';
import { read, until } from './kafka-reading.ts';
import type { Reading } from './kafka-reading.ts';
import type { TestKafka } from './kafka.ts';
import { lastKey, shopTables } from './shop-database.ts';

/** Reads the topics of a shop's tables by the service's own source, from when it is made. */
export class ShopLog {
  readonly #reading: Reading;

  constructor(
    readonly kafka: TestKafka,
    readonly connector: string,
  ) {
    const topics = shopTables.map(source => ({ source, topic: this.#topic(source), place: 0 }));
    this.#reading = read(kafka.brokers, '', {
      topics: topics.map(topic => ({ ...topic, arrival: 'log' as const })),
    });
  }

  /** Until the last row of every table has come. */
  async untilLast(): Promise<void> {
    const has = (table: string): boolean =>
      this.#reading.records.some(
        ({ source, key }) => source === table && asText(key).includes(String(lastKey)),
      );
    await this.#until('the last row of every table', () => shopTables.every(has));
  }

  /** Everything that Kafka holds now, in order of arrival; of one partition in order of offset. */
  async readAll(): Promise<LoggedRecord[]> {
    const ends = await this.#ends();
    const taken = (): boolean =>
      ends.every(({ table, partition, end }) => {
        const of = this.#reading.records.filter(r => r.source === table && r.partition === partition);
        return of.length === end;
      });
    await this.#until('all records', taken);
    return logged(this.#reading.records);
  }

  async close(): Promise<void> {
    await this.#reading.close();
    await this.#reading.finished;
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    await until(`${this.connector}: ${what}`, () => {
      if (this.#reading.error !== undefined) throw this.#reading.error;
      return isSo();
    });
  }

  async #ends(): Promise<{ readonly table: string; readonly partition: number; readonly end: number }[]> {
    const admin = this.kafka.client().admin();
    await admin.connect();
    try {
      const all = await Promise.all(
        shopTables.map(async table =>
          (await admin.fetchTopicOffsets(this.#topic(table))).map(({ partition, high }) => ({
            table,
            partition,
            end: Number(high),
          })),
        ),
      );
      return all.flat();
    } finally {
      await admin.disconnect();
    }
  }

  #topic(table: string): string {
    return `${this.connector}.public.${table}`;
  }
}

export function asText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
}

function logged(records: readonly SourceRecord[]): LoggedRecord[] {
  const arrivals = new Map<string, number>();
  return records
    .map((record, index) => {
      const place = `${record.source}/${record.partition}`;
      const effectiveArrival = Math.max(record.arrivedAt, arrivals.get(place) ?? -Infinity);
      arrivals.set(place, effectiveArrival);
      return { record: { ...record, effectiveArrival }, index };
    })
    .sort((a, b) => a.record.effectiveArrival - b.record.effectiveArrival || a.index - b.index)
    .map(({ record }) => record);
}
