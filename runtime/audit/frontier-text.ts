import type { FrontierEntry } from '../engine/record.ts';
import type { FrontierPosition } from '../history/spine.ts';

type Row = readonly [source: string, topic: number, epoch: number, partition: number, nextOffset: number];

/** A frontier as it is stored; the same one has the same text, as the engine keeps its partitions in one order. */
export function frontierText(frontier: readonly FrontierEntry[]): string {
  return JSON.stringify(
    frontier.map(({ source, topic, epoch, partition, nextOffset }): Row => [
      source,
      topic,
      epoch,
      partition,
      nextOffset,
    ]),
  );
}

export function parseFrontier(text: string): FrontierPosition[] {
  return (JSON.parse(text) as readonly Row[]).map(([source, topic, epoch, partition, nextOffset]) => ({
    source,
    topic,
    epoch,
    partition,
    nextOffset,
  }));
}
