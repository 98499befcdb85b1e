import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import type { Kafka, Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startKafka } from './support/kafka.ts';
import type { TestKafka } from './support/kafka.ts';
import { expectPromptly, read, unique, until } from './support/kafka-reading.ts';
import type { Reading, ReadingOptions } from './support/kafka-reading.ts';

let kafka: TestKafka;
let client: Kafka;
let producer: Producer;
const open: Reading[] = [];

beforeAll(async () => {
  kafka = await startKafka({ own: true });
  client = kafka.client();
  producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 30 } });
  await producer.connect();
});

afterAll(async () => {
  await Promise.all(open.map(reading => reading.close()));
  await producer?.disconnect();
  await kafka?.close();
});

function reading(topic: string, options?: ReadingOptions): Reading {
  const started = read(kafka.brokers, topic, options);
  open.push(started);
  return started;
}

/** Sends until told to stop; what the broker acknowledged may be in the log twice, but is there. */
function sendOn(topic: string, partitions: number): { stop(): Promise<number> } {
  let isStopped = false;
  let sent = 0;
  const sending = (async () => {
    while (!isStopped) {
      const messages = Array.from({ length: 200 }, (_, index) => ({
        value: String(sent + index),
        partition: (sent + index) % partitions,
      }));
      const wasSent = await producer.send({ topic, acks: -1, messages }).then(
        () => true,
        () => false,
      );
      if (wasSent) sent += messages.length;
      else await sleep(20);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await sending;
      return sent;
    },
  };
}

/** Every record of the log once and in order: offsets without a gap, every value that was acknowledged. */
function expectWhole({ records }: Reading, partitions: number, sent: number): void {
  for (let partition = 0; partition < partitions; partition += 1) {
    const offsets = records.filter(record => record.partition === partition).map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.map((_, index) => index));
  }
  const values = new Set(records.map(({ value }) => Number(String(value))));
  expect(values.size).toBe(sent);
}

async function endOf(topic: string): Promise<number> {
  const admin = client.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return ends.reduce((sum, { high }) => sum + Number(high), 0);
}

/** One stop and start is slow: it is seen by several readers at once. */
test.each(['stop', 'kill'] as const)('a broker that goes by %s under load', async how => {
  const [loaded, quiet] = [unique('load'), unique('quiet')];
  await kafka.createTopic(loaded, { partitions: 3 });
  await kafka.createTopic(quiet);
  const load = sendOn(loaded, 3);
  const steady = reading(loaded);
  const paused = reading(loaded);
  const closing = reading(quiet);
  await until('all read', () => [steady, paused].every(({ records }) => records.length > 1_000));
  await until('all read', () => closing.health.includes('running'));
  paused.source.pause();

  await kafka[how]();
  await until('it is seen', () => [steady, closing].every(({ health }) => health.includes('away')));
  await expectPromptly(closing.close());
  await closing.finished;
  expect(closing.error).toBeUndefined();
  const early = reading(loaded);
  await until('it is seen', () => early.health.includes('away'));

  await kafka.start();
  const before = steady.records.length;
  await until('it reads on', () => steady.records.length > before + 1_000);
  paused.source.resume();
  const sent = await load.stop();
  const end = await endOf(loaded);
  for (const each of [steady, paused, early]) {
    await until('all have come', () => each.records.length >= end);
    expect(each.error).toBeUndefined();
    expectWhole(each, 3, sent);
  }
  expect(steady.health).toEqual(['connecting', 'running', 'away', 'running']);
  expect(early.health).toEqual(['connecting', 'away', 'running']);
});
