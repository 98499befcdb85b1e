// Control path. All partitions of all topics, across the lives of connections.
import type { Cluster } from 'kafkajs';
import type { FrontierEntry } from '../../engine/record.ts';
import type { PartitionEnd } from '../source.ts';
import type { Target } from './messages.ts';
import { edgesOf } from './offsets.ts';
import type { LogEdge } from './offsets.ts';
import { fewerPartitions } from './positions.ts';
import type { Positions } from './positions.ts';

/** One partition of one topic, for one source. */
export interface Reader {
  readonly target: Target;
  readonly partition: number;
  /** All before it has been taken. */
  taken: number;
  /** Something stands behind `taken`: the state, or records. If not, the log may lose its head unnoticed. */
  isSettled: boolean;
  /** Where the log ends, and when that was seen, µs. */
  end: number;
  seenAt: number;
}

export class Readers {
  readonly #targets: readonly Target[];
  readonly #positions: Positions;
  readonly #all: Reader[] = [];

  constructor(targets: readonly Target[], positions: Positions) {
    this.#targets = targets;
    this.#positions = positions;
  }

  get topics(): string[] {
    return [...new Set(this.#targets.map(({ topic }) => topic))];
  }

  of(topic: string, partition: number): Reader[] {
    return this.#all.filter(reader => reader.target.topic === topic && reader.partition === partition);
  }

  /**
   * Adds the partitions that the cluster has and that are not known yet, each standing where reading begins.
   * @returns the new ones
   * @throws SourceError for a topic with fewer partitions than have been read
   */
  async add(cluster: Cluster): Promise<Reader[]> {
    const added: Reader[] = [];
    for (const target of this.#targets) {
      const partitions = cluster
        .findTopicPartitionMetadata(target.topic)
        .map(({ partitionId }) => partitionId);
      const known = this.#positions.partitionsOf(target);
      if (partitions.length < known) throw fewerPartitions(target, known, partitions.length);
      const fresh = partitions.filter(
        partition => !this.of(target.topic, partition).some(reader => reader.target === target),
      );
      added.push(...(await this.#begin(cluster, target, fresh)));
    }
    this.#all.push(...added);
    for (const target of this.#targets) this.#positions.begin(target);
    return added;
  }

  async #begin(cluster: Cluster, target: Target, partitions: readonly number[]): Promise<Reader[]> {
    const at = new Map(partitions.map(partition => [partition, this.#positions.of(target, partition)]));
    const edges: Record<LogEdge, ReadonlyMap<number, number>> = { earliest: new Map(), latest: new Map() };
    for (const edge of ['earliest', 'latest'] as const) {
      const wanted = partitions.filter(partition => at.get(partition) === edge);
      if (wanted.length > 0) edges[edge] = await edgesOf(cluster, target.topic, wanted, edge);
    }
    return partitions.map(partition => {
      const position = at.get(partition)!;
      const isSettled = typeof position === 'number';
      const taken = isSettled ? position : edges[position].get(partition);
      if (taken === undefined) throw new Error(`no broker says where '${target.topic}'/${partition} begins`);
      return { target, partition, taken, isSettled, end: taken, seenAt: -Infinity };
    });
  }

  ends(): PartitionEnd[] {
    return this.#all.map(({ target: { source, place, epoch }, partition, end, seenAt }) => ({
      source,
      topic: place,
      epoch,
      partition,
      end,
      seenAt,
    }));
  }

  /** Asks the cluster where all logs end. */
  async refreshEnds(cluster: Cluster, now: () => number): Promise<void> {
    for (const topic of this.topics) {
      const seenAt = now();
      const readers = this.#all.filter(({ target }) => target.topic === topic);
      const partitions = [...new Set(readers.map(({ partition }) => partition))];
      const ends = await edgesOf(cluster, topic, partitions, 'latest');
      for (const reader of readers) {
        reader.end = ends.get(reader.partition) ?? reader.end;
        reader.seenAt = seenAt;
      }
    }
  }

  /** A frontier as Kafka counts: by the topics' names. Where sources share a topic, the one furthest behind. */
  toCommit(frontier: readonly FrontierEntry[]): { topic: string; partition: number; offset: string }[] {
    const least = new Map<string, { topic: string; partition: number; offset: number }>();
    for (const { source, topic: place, epoch, partition, nextOffset } of frontier) {
      const target = this.#targets.find(
        own => own.source === source && own.place === place && own.epoch === epoch,
      );
      if (target === undefined || !Number.isSafeInteger(nextOffset) || nextOffset < 0) continue;
      const key = `${partition}/${target.topic}`;
      const offset = Math.min(nextOffset, least.get(key)?.offset ?? nextOffset);
      least.set(key, { topic: target.topic, partition, offset });
    }
    return [...least.values()].map(({ offset, ...place }) => ({ ...place, offset: String(offset) }));
  }
}
