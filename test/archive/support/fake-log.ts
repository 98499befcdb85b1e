// A log in memory, as Kafka would keep it, and sources that read it.
import type { FrontierEntry, SourceRecord } from '../../../runtime/engine/record.ts';
import type { Batch, PartitionEnd, RecordSource } from '../../../runtime/sources/source.ts';
import type { Random } from '../../support/random.ts';

interface LogPartition {
  readonly source: string;
  readonly epoch: number;
  readonly partition: number;
  readonly records: SourceRecord[];
  /** The offset of the first record; what stood before is gone. */
  readonly start: number;
  /** The next offset to be written. */
  end: number;
}

export interface LoggedValue {
  readonly source: string;
  readonly partition?: number;
  readonly epoch?: number;
  readonly arrivedAt: number;
  /** Written as JSON, unless it is bytes or null. */
  readonly value: unknown;
}

export class FakeLog {
  readonly #partitions: LogPartition[] = [];
  readonly #waiting = new Set<() => void>();
  /** How many readers are open. */
  readers = 0;
  /** By this process's clock, µs. */
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Makes a partition, empty. */
  partition(source: string, partition: number, { epoch = 0, start = 0 } = {}): LogPartition {
    const made: LogPartition = { source, epoch, partition, records: [], start, end: start };
    this.#partitions.push(made);
    return made;
  }

  write(...values: readonly LoggedValue[]): void {
    for (const { source, partition = 0, epoch = 0, arrivedAt, value } of values) {
      const log =
        this.#partitions.find(
          each => each.source === source && each.partition === partition && each.epoch === epoch,
        ) ?? this.partition(source, partition, { epoch });
      const bytes =
        value === null || value instanceof Uint8Array
          ? value
          : new TextEncoder().encode(JSON.stringify(value));
      log.records.push({ source, topic: 0, epoch, partition, offset: log.end, arrivedAt, value: bytes });
      log.end += 1;
    }
    for (const wake of this.#waiting) wake();
  }

  /** Offsets that hold no record for anyone: markers of a transaction. */
  writeMarker(source: string, partition = 0): void {
    this.#partitions.find(each => each.source === source && each.partition === partition)!.end += 1;
    for (const wake of this.#waiting) wake();
  }

  records(source: string): readonly SourceRecord[] {
    return this.#partitions.filter(each => each.source === source).flatMap(({ records }) => records);
  }

  source(options: FakeSourceOptions = {}): RecordSource {
    return new FakeSource(this, this.#partitions, this.#waiting, options);
  }
}

export interface FakeSourceOptions {
  /** Draws partitions and sizes of batches; else the first, and all there is. */
  readonly random?: Random;
  /** It ends by itself at the end of what there is, not only by being closed. */
  readonly bounded?: boolean;
  /** Records of a batch. */
  readonly most?: number;
  /** A partition that is known, and never handed over. */
  readonly withhold?: number;
}

class FakeSource implements RecordSource {
  readonly #log: FakeLog;
  readonly #partitions: readonly LogPartition[];
  readonly #waiting: Set<() => void>;
  readonly #options: FakeSourceOptions;
  #isClosed = false;
  #isPaused = false;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(
    log: FakeLog,
    partitions: readonly LogPartition[],
    waiting: Set<() => void>,
    options: FakeSourceOptions,
  ) {
    this.#log = log;
    this.#partitions = partitions;
    this.#waiting = waiting;
    this.#options = options;
  }

  run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    this.#running = this.#read(from, take);
    return this.#running;
  }

  async #read(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    const next = new Map<LogPartition, number>();
    const wake = (): void => this.#wake();
    this.#waiting.add(wake);
    this.#log.readers += 1;
    try {
      while (!this.#isClosed) {
        const log = this.#isPaused ? null : this.#behind(from, next);
        if (log !== null) await take(this.#batch(log, next));
        else if (this.#options.bounded === true && !this.#isPaused) return;
        else {
          await new Promise<void>(resolve => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#waiting.delete(wake);
      this.#log.readers -= 1;
    }
  }

  /** A partition that has more than was handed over, or was not begun yet. */
  #behind(from: readonly FrontierEntry[], next: Map<LogPartition, number>): LogPartition | null {
    for (const log of this.#partitions) {
      if (next.has(log) || log.partition === this.#options.withhold) continue;
      const start = from.find(
        entry =>
          entry.source === log.source && entry.epoch === log.epoch && entry.partition === log.partition,
      );
      next.set(log, start?.nextOffset ?? log.start);
      if (start === undefined) return log;
    }
    const behind = this.#partitions.filter(log => (next.get(log) ?? Infinity) < log.end);
    return behind.length === 0 ? null : (this.#options.random?.pick(behind) ?? behind[0]!);
  }

  #batch(log: LogPartition, next: Map<LogPartition, number>): Batch {
    const { source, epoch, partition, end } = log;
    const from = next.get(log)!;
    const { random, most: limit = 1_000 } = this.#options;
    const most = random?.between(1, limit) ?? limit;
    const index = lowerBound(log.records, from);
    const records = log.records.slice(index, index + most);
    const last = records.at(-1);
    const isLast = index + records.length === log.records.length;
    const reached = isLast || last === undefined ? end : last.offset + 1;
    next.set(log, reached);
    return { source, topic: 0, epoch, partition, records, next: reached, end };
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  async commit(): Promise<void> {}

  ends(): readonly PartitionEnd[] {
    const seenAt = this.#log.now();
    return this.#partitions.map(({ source, epoch, partition, end }) => ({
      ...{ source, topic: 0, epoch, partition, end, seenAt },
    }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#running.catch(() => undefined);
  }
}

function lowerBound(records: readonly SourceRecord[], offset: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
