// Hot path: `comparePlaces` breaks ties of event time.
import type { SnapshotReader, SnapshotWriter } from './bytes.ts';

/** One partition of one epoch of one topic: within it, offsets order records. */
export interface Lane {
  readonly id: number;
  /** Place in the source's list of topics; −1: imported history. */
  readonly topic: number;
  readonly epoch: number;
  readonly partition: number;
  /** The offset of the next record; all before it are consumed. */
  nextOffset: number;
  /** The greatest arrival so far: arrival never runs backwards. */
  arrivedAt: number;
}

/** The lanes of one source, by id in order of first record. */
export class Lanes {
  readonly all: Lane[] = [];
  readonly #byPlace = new Map<string, Lane>();
  #latest: Lane | null = null;

  get(topic: number, epoch: number, partition: number): Lane {
    const latest = this.#latest;
    if (
      latest !== null &&
      latest.partition === partition &&
      latest.epoch === epoch &&
      latest.topic === topic
    ) {
      return latest;
    }
    const place = `${topic}/${epoch}/${partition}`;
    let lane = this.#byPlace.get(place);
    if (lane === undefined) {
      lane = { id: this.all.length, topic, epoch, partition, nextOffset: -Infinity, arrivedAt: -Infinity };
      this.all.push(lane);
      this.#byPlace.set(place, lane);
    }
    this.#latest = lane;
    return lane;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.all.length);
    for (const lane of this.all) {
      for (const value of [lane.topic, lane.epoch, lane.partition, lane.nextOffset, lane.arrivedAt])
        writer.number(value);
    }
  }

  restore(reader: SnapshotReader): void {
    const count = reader.number();
    for (let i = 0; i < count; i += 1) {
      const lane = this.get(reader.number(), reader.number(), reader.number());
      lane.nextOffset = reader.number();
      lane.arrivedAt = reader.number();
    }
  }
}

/** The order of positions (topic, epoch, partition, offset), lanes given by id. */
export function comparePlaces(
  lanes: Lanes,
  aLane: number,
  aOffset: number,
  bLane: number,
  bOffset: number,
): number {
  if (aLane === bLane) return aOffset - bOffset;
  const a = lanes.all[aLane]!;
  const b = lanes.all[bLane]!;
  return a.topic - b.topic || a.epoch - b.epoch || a.partition - b.partition || aOffset - bOffset;
}
