// Control path: how far the state is behind its logs.
import type { FrontierEntry } from '../engine/record.ts';
import type { Batch, PartitionEnd } from '../sources/source.ts';

type Place = Pick<FrontierEntry, 'source' | 'topic' | 'epoch' | 'partition'>;

export interface PartitionLag extends Place {
  readonly nextOffset: number;
  readonly end: number;
  /** Records in the log that the state does not have, as far as is known. */
  readonly records: number;
  /** How old the oldest of them is at most, seconds; Infinity where nothing is known yet. 0 where there is none. */
  readonly seconds: number;
}

/**
 * Lag by partition. A missing record arrived after the last one taken, and after the state last stood at its log's
 * end: the later of the two bounds its age.
 */
export class LagMeter {
  /** By partition, µs: when the state stood at the end, and when the last record taken arrived. */
  readonly #caughtUp = new Map<string, number>();
  readonly #arrived = new Map<string, number>();
  readonly #now: () => number;

  /** @param now µs */
  constructor(now: () => number) {
    this.#now = now;
  }

  taken(batch: Batch): void {
    const last = batch.records.at(-1);
    if (last !== undefined) this.#arrived.set(keyOf(batch), last.arrivedAt);
  }

  measure(ends: readonly PartitionEnd[], frontier: readonly FrontierEntry[]): PartitionLag[] {
    const next = new Map(frontier.map(entry => [keyOf(entry), entry.nextOffset]));
    return ends.map(({ source, topic, epoch, partition, end, seenAt }) => {
      const place = { source, topic, epoch, partition };
      const key = keyOf(place);
      const nextOffset = next.get(key) ?? 0;
      if (seenAt === -Infinity) return { ...place, nextOffset, end, records: 0, seconds: Infinity };
      const records = Math.max(0, end - nextOffset);
      if (records === 0) this.#caughtUp.set(key, seenAt);
      return { ...place, nextOffset, end, records, seconds: records === 0 ? 0 : this.#age(key) };
    });
  }

  #age(key: string): number {
    const since = Math.max(this.#caughtUp.get(key) ?? -Infinity, this.#arrived.get(key) ?? -Infinity);
    return Math.max(0, (this.#now() - since) / 1e6);
  }
}

function keyOf({ source, topic, epoch, partition }: Place): string {
  return `${source}/${topic}/${epoch}/${partition}`;
}
