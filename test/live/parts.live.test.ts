import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './support/kafka-reading.ts';
import { askBroker } from './support/kafka-server.ts';
import { startKafka } from './support/kafka.ts';
import type { TestKafka } from './support/kafka.ts';
import { startRedis } from './support/redis.ts';

/** The parts themselves: that they start, stop, keep what they should and take orders. */
describe('Kafka', () => {
  test('the shared broker stamps arrival, runs tools and is not for stopping', async () => {
    const kafka = await startKafka();
    const topic = `parts-${randomBytes(4).toString('hex')}`;
    await kafka.createTopic(topic, { partitions: 3 });
    const began = Date.now();
    await send(kafka, topic, 'hello', '1000');
    const messages = await read(kafka, topic, 1);
    expect(messages.map(({ value }) => value)).toEqual(['hello']);
    expect(messages[0]!.timestamp).toBeGreaterThanOrEqual(began);
    const told = await kafka.tool('org.apache.kafka.tools.TopicCommand', [
      ...['--bootstrap-server', kafka.brokers.join(',')],
      ...['--describe', '--topic', topic],
    ]);
    expect(told).toContain('PartitionCount: 3');
    await expect(kafka.stop()).rejects.toThrow('startKafka({ own: true })');
  });

  describe('of one’s own', () => {
    let kafka: TestKafka;
    beforeAll(async () => {
      kafka = await startKafka({ own: true });
    });
    afterAll(() => kafka.close());

    test('keeps its log when it is stopped, and when it is killed', async () => {
      await kafka.createTopic('kept', { config: { 'message.timestamp.type': 'CreateTime' } });
      await send(kafka, 'kept', 'before', '1000');
      await kafka.stop();
      await expect(askBroker(kafka.brokers)).rejects.toThrow('ECONNREFUSED');
      await kafka.start();
      await send(kafka, 'kept', 'between', '3000');
      await kafka.kill();
      await kafka.start();
      await send(kafka, 'kept', 'after', '4000');
      expect(await read(kafka, 'kept', 3)).toEqual([
        { value: 'before', timestamp: 1000 },
        { value: 'between', timestamp: 3000 },
        { value: 'after', timestamp: 4000 },
      ]);
    });
  });
});

describe('Redis', () => {
  test('stops, starts on the same port and is empty then', async () => {
    const redis = await startRedis({ own: true });
    const client = new Redis(redis.url, { retryStrategy: () => 20 });
    client.on('error', () => undefined);
    try {
      await client.set('a', '1');
      await redis.stop();
      await redis.start();
      expect(await client.get('a')).toBeNull();
    } finally {
      client.disconnect();
      await redis.close();
    }
  });
});

test('a server dies with the process that started it, however that dies; its folder goes too', async () => {
  const code = `
    import { heldFolder, startHeld } from './test/live/support/held-process.ts';
    const folder = heldFolder('parts');
    startHeld('/bin/sh', ['-c', 'echo $$ > pid; exec sleep 600'], { log: folder.path + '/log', cwd: folder.path });
    console.log(folder.path);
    setInterval(() => undefined, 1000);
  `;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const folder = printed.toString().trim();
  let pid = 0;
  await until('the server runs', async () => {
    pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''));
    return pid > 0 && isAlive(pid);
  });
  parent.kill('SIGKILL');
  await until('the server is gone', () => !isAlive(pid));
  await until('its folder is gone', () => !existsSync(folder));
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function send(kafka: TestKafka, topic: string, value: string, timestamp: string): Promise<void> {
  const producer = kafka.client().producer();
  try {
    await producer.connect();
    await producer.send({ topic, messages: [{ value, timestamp, partition: 0 }] });
  } finally {
    await producer.disconnect();
  }
}

async function read(
  kafka: TestKafka,
  topic: string,
  count: number,
): Promise<{ value: string; timestamp: number }[]> {
  const consumer = kafka.client().consumer({ groupId: `read-${topic}`, maxWaitTimeInMs: 100 });
  const read: { value: string; timestamp: number }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    const eachMessage = async ({ message }: { message: { value: Buffer | null; timestamp: string } }) => {
      read.push({ value: String(message.value), timestamp: Number(message.timestamp) });
      if (read.length === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return read;
}
