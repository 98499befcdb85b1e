import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { FrontierEntry, SourceRecord } from '../../../runtime/index.ts';
import { kafkaSource } from '../../../runtime/sources/kafka/index.ts';
import type { KafkaOptions } from '../../../runtime/sources/kafka/index.ts';
import type { Batch, RecordSource, SourceHealth } from '../../../runtime/sources/source.ts';
import { PATIENCE } from '../../support/patient.ts';

/** A name that no other run of the tests has used on a broker that they share. */
export const unique = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;

/** Asks again until it is so. @param deadlineMs where it must be so by then @throws after it */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  deadlineMs: number = PATIENCE,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs / 1000} s: ${what}`);
    await sleep(10);
  }
}

/**
 * It settles before two seconds of this process's own time are over: a process that was held up is late for both, and
 * comes to what was due first first.
 */
export async function expectPromptly(settling: Promise<void>): Promise<void> {
  const late = sleep(2_000, 'not yet', { ref: false });
  expect(await Promise.race([settling.then(() => 'settled'), late])).toBe('settled');
}

/** A source that runs, and what it has handed over. */
export interface Reading {
  readonly source: RecordSource;
  readonly records: SourceRecord[];
  readonly batches: Batch[];
  readonly health: SourceHealth[];
  /** What ended the run; undefined while it goes on or when it ended well. */
  error: unknown;
  readonly finished: Promise<void>;
  /** Values as text. */
  texts(): (string | null)[];
  frontier(): FrontierEntry[];
  close(): Promise<void>;
}

export interface ReadingOptions extends Partial<KafkaOptions> {
  readonly from?: readonly FrontierEntry[];
  readonly take?: (batch: Batch) => Promise<void>;
}

/** Reads a topic as the source `events`, in a group of its own. */
export function read(brokers: readonly string[], topic: string, options: ReadingOptions = {}): Reading {
  const { from = [], take, ...more } = options;
  const records: SourceRecord[] = [];
  const batches: Batch[] = [];
  const health: SourceHealth[] = [];
  const source = kafkaSource({
    brokers,
    clientId: 'skewless-test',
    groupId: unique('group'),
    topics: [{ source: 'events', topic, place: 0, arrival: 'log' }],
    start: 'earliest',
    logger: pino({ level: 'silent' }),
    now: () => Date.now() * 1000,
    events: { health: state => void health.push(state) },
    retry: { first: 50, most: 500 },
    ...more,
  });
  const reading: Reading = {
    source,
    records,
    batches,
    health,
    error: undefined,
    finished: Promise.resolve(),
    texts: () =>
      records.map(({ value }) => (value === null ? null : Buffer.from(value as Uint8Array).toString())),
    frontier: () => frontierOf(batches),
    close: () => source.close(),
  };
  const run = source.run(from, async batch => {
    await take?.(batch);
    batches.push(batch);
    records.push(...batch.records);
  });
  const finished = run.catch((error: unknown) => {
    reading.error = error;
  });
  return Object.assign(reading, { finished });
}

/** Where a reader of these batches stands. */
function frontierOf(batches: readonly Batch[]): FrontierEntry[] {
  const byPartition = new Map<number, FrontierEntry>();
  for (const { source, topic, epoch, partition, next } of batches) {
    if (next !== undefined) byPartition.set(partition, { source, topic, epoch, partition, nextOffset: next });
  }
  return [...byPartition.values()];
}
