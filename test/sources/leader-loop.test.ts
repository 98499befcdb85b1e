import type { Cluster } from 'kafkajs';
import { expect, test } from 'vitest';
import { readLeader } from '../../runtime/sources/kafka/leader-loop.ts';
import type { Lane, LeaderLoopHost, Unbroken } from '../../runtime/sources/kafka/leader-loop.ts';
import type { Target } from '../../runtime/sources/kafka/messages.ts';
import type { FetchAnswer } from '../../runtime/sources/kafka/protocol.ts';
import type { Reader } from '../../runtime/sources/kafka/readers.ts';
import { batchOf, fetchedOf, marker } from './kafka-batches.ts';
import type { Made } from './kafka-batches.ts';

const target: Target = { source: 'events', topic: 't', place: 0, arrival: 'log', epoch: 0 };

const readerAt = (taken: number, of: Target = target): Reader => ({
  target: of,
  partition: 0,
  taken,
  isSettled: false,
  end: taken,
  seenAt: -Infinity,
});

/** Offsets from one up to before another. */
const offsets = (first: number, behind: number): number[] =>
  Array.from({ length: behind - first }, (_, index) => first + index);
const full = (first: number, behind: number): Made => batchOf(first, behind - 1, offsets(first, behind));

type Served = readonly Made[] | Error;

interface Taken {
  readonly source: string;
  readonly offsets: readonly number[];
  readonly next: number;
}

interface Run {
  /** From where each answer was asked for. */
  readonly asked: number[];
  readonly taken: Taken[];
  readonly done: Promise<void>;
}

interface Around {
  /** Where the log begins. */
  readonly begins?: number;
  /** What taking one lot waits for. */
  readonly taking?: () => Promise<unknown>;
}

/** One leader that gives answers from a list, whatever is asked for; then it is away. */
function run(
  readers: readonly Reader[],
  answers: readonly Served[],
  { begins = 0, taking = async () => undefined }: Around = {},
): Run {
  const [asked, taken, left]: [number[], Taken[], Served[]] = [[], [], [...answers]];
  const broker = {
    connectionPool: {},
    fetch: async ({
      topics,
    }: {
      topics: { partitions: { fetchOffset: string }[] }[];
    }): Promise<FetchAnswer> => {
      asked.push(Number(topics[0]!.partitions[0]!.fetchOffset));
      const answer = left.shift() ?? new Error('away');
      if (answer instanceof Error) throw answer;
      const partitions = [await fetchedOf(answer)];
      return { clientSideThrottleTime: 0, responses: [{ topicName: 't', partitions }] };
    },
  };
  const cluster = {
    findBroker: async () => broker,
    fetchTopicsOffset: async () => [{ topic: 't', partitions: [{ partition: 0, offset: String(begins) }] }],
  } as unknown as Cluster;
  const host: LeaderLoopHost = {
    cluster,
    fetch: { maxBytes: 1000, maxWait: 1 },
    signal: new AbortController().signal,
    now: () => 5,
    mayRead: async () => undefined,
    answered: () => undefined,
    deliver: async (reader: Reader, { records, next }: Unbroken) => {
      await taking();
      taken.push({ source: reader.target.source, offsets: records.map(({ offset }) => offset), next });
      reader.taken = Math.max(reader.taken, next);
      if (records.length > 0) reader.isSettled = true;
    },
  };
  const next = Math.min(...readers.map(reader => reader.taken));
  const lane: Lane = { topic: 't', partition: 0, readers, next };
  return { asked, taken, done: readLeader(host, 1, [lane]) };
}

const outOfRange = (): Error =>
  Object.assign(new Error('out of range'), { type: 'OFFSET_OUT_OF_RANGE', topic: 't', partition: 0 });

test('what is asked for next lies behind all of an answer, of which nothing has been unpacked', async () => {
  const reader = readerAt(0);
  const { asked, taken, done } = run([reader], [[full(0, 1_200), marker(1, 1_200, 1)], [full(1_201, 1_300)]]);
  await expect(done).rejects.toThrow('away');
  expect(asked).toEqual([0, 1_201, 1_300]);
  expect(taken.map(({ offsets: all, next }) => [all.length, next])).toEqual([
    [500, 500],
    [500, 1_000],
    [200, 1_201],
    [99, 1_300],
  ]);
  expect(taken.flatMap(({ offsets: all }) => all)).toEqual([...offsets(0, 1_200), ...offsets(1_201, 1_300)]);
});

test('a log that loses its head while an answer is being taken leaves no hole: that is an error', async () => {
  const reader = readerAt(0);
  // What is taken takes longer than the broker's word that the rest is gone.
  const taking = async (): Promise<void> => await new Promise(resolve => setTimeout(resolve, 20));
  const { taken, done } = run([reader], [[full(0, 700)], outOfRange()], { begins: 5_000, taking });
  await expect(done).rejects.toThrow(/begins at offset 5000, but 700 was to be read next/);
  expect(taken.at(-1)!.next).toBe(700);
  expect(reader.taken).toBe(700);
});

test('a log that loses its head before anything was taken is entered anew where it begins', async () => {
  const reader = readerAt(0);
  const { done } = run([reader], [outOfRange()], { begins: 5_000 });
  await expect(done).rejects.toThrow(/now begins at offset 5000/);
  expect(reader.taken).toBe(5_000);
});

test('an answer that fails is looked at behind all of the one before it', async () => {
  const reader = readerAt(3);
  const { taken, done } = run([reader], [[full(0, 1_100)], new Error('torn')]);
  await expect(done).rejects.toThrow('torn');
  expect(taken.flatMap(({ offsets: all }) => all)).toEqual(offsets(3, 1_100));
});

test('where taking fails between two lots, neither the rest nor what follows is handed over', async () => {
  const reader = readerAt(0);
  let lots = 0;
  const taking = async (): Promise<void> => {
    lots += 1;
    if (lots === 2) throw new Error('full');
  };
  const { taken, done } = run([reader], [[full(0, 1_200)], [full(1_200, 1_300)]], { taking });
  await expect(done).rejects.toThrow('full');
  expect(taken.map(({ next }) => next)).toEqual([500]);
  expect(reader.taken).toBe(500);
});

test('sources of one topic that stand apart are read from the hindmost on, and none is given what it has', async () => {
  const readers = [readerAt(900), readerAt(200, { ...target, source: 'others', place: 1 })];
  const { asked, taken, done } = run(readers, [[full(0, 700)], [full(700, 1_300)]]);
  await expect(done).rejects.toThrow('away');
  expect(asked).toEqual([200, 700, 1_300]);
  const takenBy = (name: string): number[] =>
    taken.filter(({ source }) => source === name).flatMap(({ offsets: all }) => all);
  expect(takenBy('events')).toEqual(offsets(900, 1_300));
  expect(takenBy('others')).toEqual(offsets(200, 1_300));
  expect(taken.filter(({ source }) => source === 'events').map(({ next }) => next)).toEqual([1_300]);
});
