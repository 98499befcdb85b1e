import { sql } from 'kysely';
import { pino } from 'pino';
import { serving } from '../../../generated/serving.ts';
import type { FrontierEntry, SourceRecord } from '../../../runtime/engine/record.ts';
import { historyFrontier } from '../../../runtime/history/index.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import type { ServiceStatus } from '../../../runtime/observe/status.ts';
import { topicsOf } from '../../../runtime/service/sources.ts';
import { kafkaSource } from '../../../runtime/sources/kafka/index.ts';
import type { KafkaTopic } from '../../../runtime/sources/kafka/index.ts';
import { unique, until } from './kafka-reading.ts';
import type { TestKafka } from './kafka.ts';

/** All topics of the worked examples. */
const ofExamples = topicsOf(serving, {});

/** Every record of these topics, with the broker's own positions and stamps, once the feed has ended. */
export async function readBack(
  kafka: TestKafka,
  topics: readonly KafkaTopic[] = ofExamples,
): Promise<SourceRecord[]> {
  const ends = await logEnds(kafka, topics);
  const count = ends.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
  const read: SourceRecord[] = [];
  const source = kafkaSource({
    brokers: kafka.brokers,
    clientId: 'oracle',
    groupId: unique('oracle'),
    topics,
    start: 'earliest',
    logger: pino({ level: 'silent' }),
    now: () => Date.now() * 1000,
  });
  const reading = source.run([], async batch => void read.push(...batch.records));
  try {
    await until(`all of ${count} records are read back`, () => read.length >= count);
  } finally {
    await source.close();
    await reading;
  }
  return read;
}

/** Where each partition ends. @param topics the worked examples' unless told otherwise */
export async function logEnds(
  kafka: Pick<TestKafka, 'client'>,
  topics: readonly KafkaTopic[] = ofExamples,
): Promise<FrontierEntry[]> {
  const admin = kafka.client().admin();
  await admin.connect();
  try {
    const ends = await Promise.all(
      topics.map(async ({ source, topic, place }) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
          ...{ source, topic: place, epoch: 0, partition, nextOffset: Number(high) },
        })),
      ),
    );
    return ends.flat();
  } finally {
    await admin.disconnect();
  }
}

/** Whether a service has taken all there was. @param topics as they were for the ends */
export function hasTaken(
  { sources }: ServiceStatus,
  ends: readonly FrontierEntry[],
  topics: readonly KafkaTopic[] = ofExamples,
): boolean {
  return ends.every(({ source, topic, partition, nextOffset }) => {
    const { partitions } = sources.find(({ name }) => name === source)!;
    const name = topics.find(each => each.source === source && each.place === topic)!.topic;
    const place = partitions.find(each => each.topic === name && each.partition === partition);
    return (place?.nextOffset ?? 0) === nextOffset;
  });
}

/** Whether the history holds all there was. */
export async function hasArchived(db: AnyDatabase, ends: readonly FrontierEntry[]): Promise<boolean> {
  const reached = await historyFrontier(db).catch(() => []);
  return ends.every(({ source, topic, partition, nextOffset }) => {
    const place = reached.find(
      each => each.source === source && each.topic === topic && each.partition === partition,
    );
    return (place?.nextOffset ?? 0) === nextOffset;
  });
}

/** A record's place: `flights/0/17`. */
const placeOf = (source: string, partition: number, offset: number | string): string =>
  `${source}/${partition}/${offset}`;

/** The places of records that the history should hold and does not, or holds more than once, or should not hold. */
export async function misplaced(
  db: AnyDatabase,
  records: readonly SourceRecord[],
): Promise<{ readonly missing: string[]; readonly twice: string[]; readonly unknown: string[] }> {
  const wanted = new Set(records.map(({ source, partition, offset }) => placeOf(source, partition, offset)));
  const found = new Set<string>();
  const twice: string[] = [];
  const unknown: string[] = [];
  for (const source of new Set(records.map(record => record.source))) {
    const { rows } = await sql
      .raw<{ partition: number; offset: string }>(
        `select _partition as partition, _offset::text as "offset" from "history"."${source}"
         union all select partition, "offset"::text from "history"."refused" where source = '${source}'`,
      )
      .execute(db);
    for (const { partition, offset } of rows) {
      const place = placeOf(source, partition, offset);
      if (!wanted.has(place)) unknown.push(place);
      if (found.has(place)) twice.push(place);
      found.add(place);
    }
  }
  return { missing: [...wanted].filter(place => !found.has(place)), twice, unknown };
}
