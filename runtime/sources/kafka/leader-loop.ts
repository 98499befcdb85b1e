// Hot path, once for an answer: reads the partitions that one broker leads.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Cluster } from 'kafkajs';
import type { Batch } from '../source.ts';
import { typeOf } from './failures.ts';
import { fetchFrom } from './fetch.ts';
import { lotsOf } from './messages.ts';
import type { Lot } from './messages.ts';
import { edgeOf } from './offsets.ts';
import type { KafkaFetch } from './options.ts';
import { beforeStart, beyondEnd } from './positions.ts';
import { READ_COMMITTED } from './protocol.ts';
import type { FetchAnswer, FetchedPartition } from './protocol.ts';
import type { Reader } from './readers.ts';
import { offsetBehind } from './record-batch.ts';

/** A batch that says where to go on. */
export type Unbroken = Required<Batch>;

/** What a loop needs of its session. */
export interface LeaderLoopHost {
  readonly cluster: Cluster;
  readonly fetch: KafkaFetch;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Waits while reading is paused. */
  mayRead(): Promise<void>;
  answered(): void;
  deliver(reader: Reader, batch: Unbroken): Promise<void>;
}

/** A partition as this connection reads it, for all sources of its topic. */
export interface Lane {
  readonly topic: string;
  readonly partition: number;
  readonly readers: readonly Reader[];
  /** The offset to be fetched next; ahead of what has been taken. */
  next: number;
}

/** What one partition of an answer brings to one source, unpacked lot by lot. */
interface Delivery {
  readonly reader: Reader;
  readonly lane: Lane;
  readonly end: number;
  readonly lots: Iterable<Lot>;
}

/** The topic's log is to be entered anew: it lost its head before anything of it was taken. */
export class Restart extends Error {
  override readonly name = 'Restart';
}

/** An answer that brings nothing should have taken the broker its whole wait; ms to rest where it did not. */
const REST = 100;

/** With so many records to come, answers are so many times as large. */
const FAR_BEHIND = 20_000;
const CATCHING_UP = 8;

/**
 * Fetches and delivers until the session ends. The next answer is under way while one is taken; there are
 * never more than these two.
 * @throws what a fetch throws; SourceError where the log does not hold what is to be read next
 */
export async function readLeader(
  host: LeaderLoopHost,
  leader: number,
  lanes: readonly Lane[],
): Promise<void> {
  let asked = performance.now();
  // What an answer shows held when it was asked for at least: the process may have slept since.
  let seenAt = host.now();
  let answer = fetchNext(host, leader, lanes);
  while (!host.signal.aborted) {
    const before = lanes.map(({ next }) => next);
    const deliveries = deliveriesOf(await judged(host, lanes, answer), lanes, seenAt);
    host.answered();
    const hasMoved = lanes.some(({ next }, index) => next !== before[index]);
    const pause = Math.min(REST, host.fetch.maxWait);
    if (!hasMoved && performance.now() - asked < pause / 2) await rest(host, pause);
    await host.mayRead();
    if (host.signal.aborted) return;
    asked = performance.now();
    seenAt = host.now();
    answer = fetchNext(host, leader, lanes);
    // Looked at when its turn comes.
    answer.catch(() => undefined);
    for (const delivery of deliveries) await deliver(host, delivery);
  }
}

async function deliver(host: LeaderLoopHost, { reader, lane, end, lots }: Delivery): Promise<void> {
  const { source, place: topic, epoch } = reader.target;
  const { partition } = lane;
  for (const { records, next } of lots) {
    await host.deliver(reader, { source, topic, epoch, partition, records, next, end });
  }
}

async function rest({ signal }: LeaderLoopHost, pause: number): Promise<void> {
  await sleep(pause, undefined, { signal }).catch(() => undefined);
}

/** Whether large answers are worth it: each costs the same to ask for, and reads are not sent to a service that lags. */
function isFarBehind(lanes: readonly Lane[]): boolean {
  let records = 0;
  for (const { next, readers } of lanes) records += Math.max(0, readers[0]!.end - next);
  return records > FAR_BEHIND;
}

async function fetchNext(host: LeaderLoopHost, leader: number, lanes: readonly Lane[]): Promise<FetchAnswer> {
  const { cluster, fetch } = host;
  const maxBytes = fetch.maxBytes * (isFarBehind(lanes) ? CATCHING_UP : 1);
  const topics = [...new Set(lanes.map(({ topic }) => topic))].map(topic => ({
    topic,
    partitions: lanes
      .filter(lane => lane.topic === topic)
      .map(({ partition, next }) => ({ partition, fetchOffset: String(next), maxBytes })),
  }));
  const broker: Broker = await cluster.findBroker({ nodeId: String(leader) });
  return await fetchFrom(broker, {
    isolationLevel: READ_COMMITTED,
    maxWaitTime: fetch.maxWait,
    minBytes: 1,
    maxBytes,
    topics,
  });
}

/** An answer, when its turn comes: by then all that was fetched before it has been taken, and counts in the judgement. */
async function judged(
  host: LeaderLoopHost,
  lanes: readonly Lane[],
  answer: Promise<FetchAnswer>,
): Promise<FetchAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (typeOf(error) === 'OFFSET_OUT_OF_RANGE') await judge(host, lanes, error);
    throw error;
  }
}

/** Moves the lanes behind what the answer brings. */
function deliveriesOf(answer: FetchAnswer, lanes: readonly Lane[], seenAt: number): Delivery[] {
  const deliveries: Delivery[] = [];
  for (const { topicName, partitions } of answer.responses) {
    for (const fetched of partitions) {
      const lane = lanes.find(
        ({ topic, partition }) => topic === topicName && partition === fetched.partition,
      );
      if (lane !== undefined) deliveries.push(...deliveriesTo(lane, fetched, seenAt));
    }
  }
  return deliveries;
}

function deliveriesTo(lane: Lane, fetched: FetchedPartition, seenAt: number): Delivery[] {
  const { highWatermark: end, records } = fetched;
  const from = lane.next;
  lane.next = offsetBehind(records, from);
  return lane.readers.map(reader => {
    reader.end = end;
    reader.seenAt = seenAt;
    // Sources that stand apart share the answer: each goes on where it stands.
    return { reader, lane, end, lots: lotsOf(fetched, Math.max(from, reader.taken), reader.target) };
  });
}

/**
 * The leader says that its log does not hold the offset: which way it lies outside decides.
 * @throws SourceError, or Restart
 */
async function judge({ cluster }: LeaderLoopHost, lanes: readonly Lane[], error: unknown): Promise<void> {
  const place = outOfRange(error);
  const lane = lanes.find(({ topic, partition }) => topic === place.topic && partition === place.partition);
  const reader = lane?.readers[0];
  if (lane === undefined || reader === undefined) return;
  const { topic, partition, next, readers } = lane;
  const start = await edgeOf(cluster, topic, partition, 'earliest');
  if (next < start) {
    if (readers.some(({ isSettled }) => isSettled)) throw beforeStart(reader.target, partition, next, start);
    for (const other of readers) other.taken = start;
    throw new Restart(`the topic '${topic}', partition ${partition}, now begins at offset ${start}`);
  }
  const end = await edgeOf(cluster, topic, partition, 'latest');
  if (next > end) throw beyondEnd(reader.target, partition, next, end);
}

/** kafkajs says of which partition. */
function outOfRange(error: unknown): { readonly topic?: unknown; readonly partition?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}
