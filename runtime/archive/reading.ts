// Control path. How far the logs have been read, and what that shows of which arrivals are in.
//
// A partition of which the log's end was seen at the instant T, and which has been read to that end, has everything
// that the log took in before T. The log stamps arrivals with its own clock, which may be behind ours by the skew: so
// every record that is still to come arrives at T − skew or later. Where the producers stamp arrivals nothing of the
// kind can be said: there a partition is complete up to its last record, and waits for its next one.
import { importTopic, partitionKey } from '../history/partitions.ts';
import type { PartitionPlace, PartitionReach } from '../history/partitions.ts';
import type { HistoryFrontier } from '../history/frontier.ts';
import type { SqlProgram } from '../history/program.ts';
import type { Batch, PartitionEnd } from '../sources/source.ts';
import type { ArchivePosition } from './options.ts';

export class Reading {
  readonly #stampedByLog: ReadonlySet<string>;
  readonly #clockSkew: number;
  /** By partition: the next offset to be handed over. */
  readonly #next = new Map<string, ArchivePosition>();
  /** Partitions of epochs that may be over. */
  readonly #former: readonly HistoryFrontier[];

  /** @param clockSkew µs */
  constructor(sql: SqlProgram, frontier: readonly HistoryFrontier[], clockSkew: number) {
    this.#stampedByLog = new Set(
      sql.sources.filter(({ arrival }) => arrival === 'log').map(({ name }) => name),
    );
    this.#clockSkew = clockSkew;
    const names = new Set(sql.sources.map(({ name }) => name));
    this.#former = frontier.filter(({ source, topic }) => names.has(source) && topic !== importTopic);
    for (const { source, topic, epoch, partition, nextOffset, arrivedAt } of this.#former) {
      // One that was seen and never read begins where the configuration says, as if it had not been seen.
      if (nextOffset === 0 && arrivedAt === -Infinity) continue;
      this.#advance({ source, topic, epoch, partition }, nextOffset);
    }
  }

  /** Where each partition is to be read from, or has been read to. */
  positions(): readonly ArchivePosition[] {
    return [...this.#next.values()];
  }

  taken(batch: Batch): void {
    const last = batch.records.at(-1);
    const next = batch.next ?? (last === undefined ? null : last.offset + 1);
    if (next !== null) this.#advance(batch, next);
  }

  #advance({ source, topic, epoch, partition }: PartitionPlace, nextOffset: number): void {
    const place = { source, topic, epoch, partition };
    this.#next.set(partitionKey(place), { ...place, nextOffset });
  }

  /** What is known of all partitions, once everything that was handed over is in. */
  reaches(ends: readonly PartitionEnd[]): readonly PartitionReach[] {
    const reaches = new Map<string, PartitionReach>();
    for (const { source, topic, epoch, partition, nextOffset } of this.#next.values()) {
      const place = { source, topic, epoch, partition };
      reaches.set(partitionKey(place), { ...place, next: nextOffset, completeUntil: null });
    }
    for (const { source, topic, epoch, partition, end, seenAt } of ends) {
      const place = { source, topic, epoch, partition };
      const next = this.#next.get(partitionKey(place))?.nextOffset ?? 0;
      const isRead = seenAt > -Infinity && next >= end && this.#stampedByLog.has(source);
      reaches.set(partitionKey(place), {
        ...place,
        next,
        completeUntil: isRead ? Math.floor(seenAt) - this.#clockSkew : null,
      });
    }
    for (const { source, topic, epoch, partition, nextOffset } of this.#over(ends)) {
      const place = { source, topic, epoch, partition };
      reaches.set(partitionKey(place), { ...place, next: nextOffset, completeUntil: Infinity });
    }
    return [...reaches.values()];
  }

  /** Partitions of a topic that has been made anew since: nothing follows in them. */
  #over(ends: readonly PartitionEnd[]): readonly HistoryFrontier[] {
    const epochs = new Map<string, number>();
    for (const { source, topic, epoch } of ends) {
      const key = `${source}/${topic}`;
      epochs.set(key, Math.max(epoch, epochs.get(key) ?? epoch));
    }
    return this.#former.filter(
      ({ source, topic, epoch, completeUntil }) =>
        completeUntil !== Infinity && epoch < (epochs.get(`${source}/${topic}`) ?? epoch),
    );
  }
}
