import type { FrontierEntry, SourceRecord } from '../../../runtime/index.ts';
import type { ServiceStatus } from '../../../runtime/observe/status.ts';
import type { ServingPlan } from '../../../runtime/serve/plan.ts';
import { read, until } from '../support/kafka-reading.ts';
import type { TestKafka } from '../support/kafka.ts';

/** The topics of a program, in the order of its sources. */
export function topicsOf({ sources }: ServingPlan): { readonly source: string; readonly topic: string }[] {
  return sources.flatMap(({ name, topics }) => topics.map(topic => ({ source: name, topic })));
}

/** Where the topics end, as the broker says. */
export async function logEnds(kafka: TestKafka, plan: ServingPlan): Promise<FrontierEntry[]> {
  const admin = kafka.client().admin();
  await admin.connect();
  try {
    const ends = await Promise.all(
      topicsOf(plan).map(async ({ source, topic }) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => {
          return { source, topic: 0, epoch: 0, partition, nextOffset: Number(high) };
        }),
      ),
    );
    return ends.flat();
  } finally {
    await admin.disconnect();
  }
}

/** All that was ever written, read in one go. */
export async function readBack(
  kafka: TestKafka,
  plan: ServingPlan,
  ends: readonly FrontierEntry[],
): Promise<SourceRecord[]> {
  const topics = topicsOf(plan).map(topic => ({ ...topic, place: 0, arrival: 'log' as const }));
  const reading = read(kafka.brokers, '', { topics });
  try {
    const total = ends.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
    await until('all records are read back', () => reading.records.length >= total);
    return reading.records;
  } finally {
    await reading.close();
  }
}

/** Whether everything up to `ends` has been taken; partitions without records need not be there. */
export function hasReached(frontier: readonly FrontierEntry[], ends: readonly FrontierEntry[]): boolean {
  return ends
    .filter(({ nextOffset }) => nextOffset > 0)
    .every(end =>
      frontier.some(
        ({ source, topic, epoch, partition, nextOffset }) =>
          source === end.source &&
          topic === end.topic &&
          epoch === end.epoch &&
          partition === end.partition &&
          nextOffset === end.nextOffset,
      ),
    );
}

/** Where the service says that its state stands; each source of the tests has one topic. */
export function frontierOf({ sources }: ServiceStatus): FrontierEntry[] {
  return sources.flatMap(({ name: source, partitions }) =>
    partitions.map(({ epoch, partition, nextOffset }) => ({
      source,
      topic: 0,
      epoch,
      partition,
      nextOffset,
    })),
  );
}
