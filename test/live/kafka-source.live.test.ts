import kafkajs, { Partitioners } from 'kafkajs';
import type { Admin, Kafka, Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SourceError } from '../../runtime/sources/source.ts';
import { startKafka } from './support/kafka.ts';
import type { TestKafka } from './support/kafka.ts';
import { expectPromptly, read, unique, until } from './support/kafka-reading.ts';
import type { Reading, ReadingOptions } from './support/kafka-reading.ts';

let kafka: TestKafka;
let client: Kafka;
let admin: Admin;
let producer: Producer;
const open: Reading[] = [];

beforeAll(async () => {
  kafka = await startKafka();
  client = kafka.client();
  admin = client.admin();
  producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await Promise.all([admin.connect(), producer.connect()]);
});

afterAll(async () => {
  await Promise.all(open.map(reading => reading.close()));
  await Promise.all([admin?.disconnect(), producer?.disconnect()]);
  await kafka?.close();
});

function reading(topic: string, options?: ReadingOptions): Reading {
  const started = read(kafka.brokers, topic, options);
  open.push(started);
  return started;
}

async function topicOf(name: string, partitions = 1, config: Record<string, string> = {}): Promise<string> {
  const topic = unique(name);
  await kafka.createTopic(topic, { partitions, config });
  return topic;
}

async function send(topic: string, texts: readonly (string | null)[], partition = 0): Promise<void> {
  await producer.send({ topic, messages: texts.map(value => ({ value, partition })) });
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

async function failure(of: Reading): Promise<string> {
  await until('the run has failed', () => of.error !== undefined);
  expect(of.error).toBeInstanceOf(SourceError);
  return (of.error as SourceError).message;
}

test('records come with their coordinates, the broker’s time, tombstones and keys', async () => {
  const topic = await topicOf('coordinates', 2);
  const began = Date.now() * 1000 - 1_000_000;
  await producer.send({
    topic,
    messages: [
      { partition: 0, key: 'k', value: '{"a":1}', timestamp: '1000' },
      { partition: 1, value: null },
    ],
  });
  const read = reading(topic, {
    topics: [{ source: 'events', topic, place: 3, arrival: 'log' }],
    epochs: { [topic]: 2 },
  });
  await until('both have come', () => read.records.length === 2);
  const [first, second] = read.records.sort((a, b) => a.partition - b.partition);
  expect(first).toMatchObject({ source: 'events', topic: 3, epoch: 2, partition: 0, offset: 0 });
  expect(first!.arrivedAt).toBeGreaterThan(began);
  expect(String(first!.key)).toBe('k');
  expect(String(first!.value)).toBe('{"a":1}');
  expect(second).toMatchObject({ partition: 1, offset: 0, value: null, key: null });
  expect(read.source.ends()).toHaveLength(2);
  expect(read.source.ends()[0]).toMatchObject({ topic: 3, epoch: 2, end: 1 });
});

test('reading begins at the start, at the end, at the state’s position or at a given frontier', async () => {
  const topic = await topicOf('starts', 2);
  await send(topic, numbers(0, 10));
  const latest = reading(topic, { start: 'latest' });
  await until('where it begins is known', () => latest.batches.length === 2);
  expect(
    latest
      .frontier()
      .map(({ nextOffset }) => nextOffset)
      .sort(),
  ).toEqual([0, 10]);
  const entry = { source: 'events', topic: 0, epoch: 0, partition: 0, nextOffset: 7 };
  const stored = reading(topic, { start: 'latest', from: [entry] });
  const given = reading(topic, { start: { frontier: [entry] } });
  const earliest = reading(topic);
  await send(topic, ['10']);
  // The topic has been read before: a partition without a position is read from its beginning.
  await send(topic, ['new'], 1);
  await until('all have come', () => earliest.records.length === 12 && latest.records.length === 2);
  await until('the rest has come', () => stored.records.length === 5 && given.records.length === 5);
  expect(earliest.texts().sort()).toEqual([...numbers(0, 11), 'new'].sort());
  expect(latest.texts().sort()).toEqual(['10', 'new']);
  expect(stored.texts().sort()).toEqual(['10', '7', '8', '9', 'new']);
  expect(given.texts().sort()).toEqual(['10', '7', '8', '9', 'new']);
});

test('a position announced before the first record holds what arrives while nobody reads', async () => {
  const topic = await topicOf('announced');
  await send(topic, ['old']);
  const first = reading(topic, { start: 'latest' });
  await until('where it begins is known', () => first.batches.length === 1);
  await first.close();
  await send(topic, ['meanwhile']);
  const second = reading(topic, { start: 'latest', from: first.frontier() });
  await until('it has come', () => second.records.length === 1);
  expect(second.texts()).toEqual(['meanwhile']);
});

test('one of two that share a group is told to go: the newcomer, and the other goes on', async () => {
  const topic = await topicOf('shared');
  const groupId = unique('group');
  const first = reading(topic, { groupId });
  const memberCount = async (): Promise<number> =>
    (await admin.describeGroups([groupId])).groups[0]!.members.length;
  await until('the first is a member', async () => (await memberCount()) === 1);
  const second = reading(topic, { groupId });
  expect(await failure(second)).toMatch(
    /the consumer group '.*' has another member.*give each its own kafka\.groupId/s,
  );
  await send(topic, ['still']);
  await until('the first goes on', () => first.records.length === 1);
  expect(first.error).toBeUndefined();
  await until('the newcomer has left', async () => (await memberCount()) === 1);
});

test('an instance that was killed may start again at once, in its own group', async () => {
  const topic = await topicOf('again');
  const groupId = unique('group');
  await send(topic, ['a']);
  // The brokers forget it when its session has ended, and let nobody join before that.
  const ghost = client.consumer({ groupId, sessionTimeout: 20_000, rebalanceTimeout: 20_000 });
  await ghost.connect();
  let ghostId = '';
  ghost.on(ghost.events.GROUP_JOIN, ({ payload }) => {
    ghostId = payload.memberId;
  });
  await ghost.subscribe({ topics: [topic], fromBeginning: true });
  let isHeld = false;
  // It takes the first batch and never comes back, as a process that is gone: it is a member until its session ends.
  let release = (): void => undefined;
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  await ghost.run({
    autoCommit: false,
    eachBatch: () => {
      isHeld = true;
      return held;
    },
  });
  await until('it is a member, and stands still', () => isHeld);
  const again = reading(topic, { groupId });
  await until('the record has come', () => again.records.length === 1);
  const members = async (): Promise<string[]> => {
    const [group] = (await admin.describeGroups([groupId])).groups;
    return group!.members.map(({ memberId }) => memberId);
  };
  expect(await members()).toContain(ghostId);
  await until('the ghost is forgotten, and one member is left', async () => {
    const ids = await members();
    return ids.length === 1 && ids[0] !== ghostId;
  });
  expect(again.error).toBeUndefined();
  release();
  await ghost.disconnect();
});

test('positions are shown to Kafka’s tools, and the group is left at once', async () => {
  const topic = await topicOf('shown', 2);
  const groupId = unique('group');
  await send(topic, numbers(0, 5));
  const shown = reading(topic, { groupId });
  await until('all have come', () => shown.records.length === 5);
  const offsets = async (): Promise<Record<number, string>> => {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return Object.fromEntries(found!.partitions.map(({ partition, offset }) => [partition, offset]));
  };
  await until('it is committed', async () => {
    await shown.source.commit([
      ...shown.frontier(),
      { source: 'others', topic: 0, epoch: 0, partition: 0, nextOffset: 3 },
    ]);
    return (await offsets())[0] === '5';
  });
  await expectPromptly(shown.close());
  expect((await admin.describeGroups([groupId])).groups[0]!.members).toEqual([]);
  // What is committed is for display: without a position of its own the next reader begins where it is told.
  const next = reading(topic, { groupId });
  await until('all have come again', () => next.records.length === 5);
});

test('a topic made anew asks for a new epoch, and is read from its beginning with it', async () => {
  const topic = await topicOf('anew');
  await send(topic, numbers(0, 10));
  const before = reading(topic);
  await until('all have come', () => before.records.length === 10);
  await before.close();
  await admin.deleteTopics({ topics: [topic] });
  await until('it is gone', async () => !(await admin.listTopics()).includes(topic));
  await kafka.createTopic(topic);
  await send(topic, ['fresh']);
  const stale = reading(topic, { from: before.frontier() });
  expect(await failure(stale)).toContain(
    `ends at offset 1, but 10 was to be read next: the topic has been made anew`,
  );
  expect((stale.error as Error).message).toContain(`set kafka.epochs['${topic}'] to 1`);
  expect(stale.records).toEqual([]);
  const raised = reading(topic, { from: before.frontier(), start: 'latest', epochs: { [topic]: 1 } });
  await until('it has come', () => raised.records.length === 1);
  expect(raised.records[0]).toMatchObject({ epoch: 1, offset: 0 });
  const forgotten = reading(topic, { from: raised.frontier() });
  expect(await failure(forgotten)).toContain(`set kafka.epochs['${topic}'] to 1`);
});

test('a topic with fewer partitions than have been read has been made anew', async () => {
  const topic = await topicOf('fewer', 1);
  const entry = { source: 'events', topic: 0, epoch: 0, partition: 2, nextOffset: 0 };
  expect(await failure(reading(topic, { from: [entry] }))).toMatch(/has 1 partitions, but 3 have been read/);
});

test('records deleted before they were read are an error that names the gap', async () => {
  const topic = await topicOf('deleted');
  await send(topic, numbers(0, 10));
  // kafkajs learns of the topic's leader from this.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
  const entry = { source: 'events', topic: 0, epoch: 0, partition: 0, nextOffset: 4 };
  const message = await failure(reading(topic, { from: [entry] }));
  expect(message).toMatch(/begins at offset 6, but 4 was to be read next: the records between were deleted/);
  const fresh = reading(topic);
  await until('what is left has come', () => fresh.records.length === 4);
  expect(fresh.texts()).toEqual(numbers(6, 10));
  // At the very edge nothing is missing.
  const atEdge = reading(topic, { from: [{ ...entry, nextOffset: 6 }] });
  await until('what is left has come', () => atEdge.records.length === 4);
});

test('a topic stamped by producers must be declared so', async () => {
  const topic = await topicOf('stamped', 1, { 'message.timestamp.type': 'CreateTime' });
  await producer.send({ topic, messages: [{ value: 'a', timestamp: '1700000000123' }] });
  const message = await failure(reading(topic));
  expect(message).toContain('message.timestamp.type=LogAppendTime');
  expect(message).toContain("`arrival: 'producer'`");
  const declared = reading(topic, { topics: [{ source: 'events', topic, place: 0, arrival: 'producer' }] });
  await until('it has come', () => declared.records.length === 1);
  expect(declared.records[0]!.arrivedAt).toBe(1_700_000_000_123_000);
});

test('a record from before the topic’s stamps changed is found out by its own mark', async () => {
  const topic = await topicOf('changed', 1, { 'message.timestamp.type': 'CreateTime' });
  await send(topic, ['old']);
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
      },
    ],
  });
  const message = await failure(reading(topic));
  expect(message).toMatch(/partition 0, offset 0: producers stamp the records/);
});

test('a topic that is not there is an error that names the nearest, and is not made', async () => {
  const topic = await topicOf('present');
  const wrong = `${topic}s`;
  expect(await failure(reading(wrong))).toContain(
    `the topic '${wrong}', which is not there, or not for this client to see: did you mean '${topic}'?`,
  );
  expect(await admin.listTopics()).not.toContain(wrong);
});

test('aborted transactions are never seen, and what commits comes once', async () => {
  const topic = await topicOf('transactions');
  const writers = await Promise.all(
    ['a', 'b', 'c'].map(async name => {
      const writer = client.producer({
        transactionalId: unique(name),
        maxInFlightRequests: 1,
        idempotent: true,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await writer.connect();
      return writer;
    }),
  );
  // Three transactions side by side, twice: two come to nothing. One key is that of an abort marker.
  const zeros = Buffer.alloc(4);
  for (const round of [0, 1]) {
    const transactions = await Promise.all(writers.map(writer => writer.transaction()));
    for (const step of [0, 1, 2]) {
      for (const [index, transaction] of transactions.entries()) {
        const value = `${'abc'[index]!}${round}${step}`;
        await transaction.send({ topic, messages: [{ key: zeros, value, partition: 0 }] });
      }
    }
    await transactions[0]!.abort();
    await transactions[1]!.commit();
    await transactions[2]!.abort();
  }
  await send(topic, ['end']);
  const committed = ['b00', 'b01', 'b02', 'b10', 'b11', 'b12', 'end'];
  const whole = reading(topic);
  await until('the end has come', () => whole.texts().at(-1) === 'end');
  expect(whole.texts()).toEqual(committed);
  // From every offset on: reading may begin inside of any transaction. The marker of the last one may lie behind the
  // last record: a broker answers the end of a transaction before it writes that.
  const { offset: last } = whole.records.at(-1)!;
  for (let nextOffset = 1; nextOffset <= last; nextOffset += 1) {
    const part = reading(topic, {
      from: [{ source: 'events', topic: 0, epoch: 0, partition: 0, nextOffset }],
    });
    await until('the end has come', () => part.texts().at(-1) === 'end');
    const expected = whole.records
      .filter(({ offset }) => offset >= nextOffset)
      .map(({ value }) => String(value));
    expect(part.texts()).toEqual(expected);
    await part.close();
  }
  await Promise.all(writers.map(writer => writer.disconnect()));
});

test('behind an aborted transaction the position moves on without a record', async () => {
  const topic = await topicOf('markers');
  const writer = client.producer({ transactionalId: unique('w'), maxInFlightRequests: 1, idempotent: true });
  await writer.connect();
  const transaction = await writer.transaction();
  await transaction.send({ topic, messages: [{ value: 'never', partition: 0 }] });
  await transaction.abort();
  const skipping = reading(topic);
  await until('the marker is behind', () => skipping.frontier()[0]?.nextOffset === 2);
  expect(skipping.records).toEqual([]);
  expect(skipping.source.ends()).toMatchObject([{ end: 2 }]);
  await writer.disconnect();
});

test.each(['gzip', 'snappy', 'lz4', 'zstd'])('%s as Kafka’s own producer writes it is read', async codec => {
  const topic = await topicOf(codec);
  const texts = numbers(0, 3_000).map(
    number => `${number} ${'skewless '.repeat(Number(number) % 20)}${Math.sqrt(Number(number))}`,
  );
  await kafka.tool(
    'kafka.tools.ConsoleProducer',
    [
      '--bootstrap-server',
      kafka.brokers.join(','),
      '--topic',
      topic,
      '--compression-codec',
      codec,
      '--batch-size',
      '100000',
    ],
    texts.join('\n'),
  );
  const unpacked = reading(topic);
  await until(
    'all have come',
    () => unpacked.records.length === texts.length || unpacked.error !== undefined,
  );
  expect(unpacked.error).toBeUndefined();
  expect(unpacked.texts()).toEqual(texts);
  // From inside of a packed batch.
  const entry = { source: 'events', topic: 0, epoch: 0, partition: 0, nextOffset: 1_234 };
  const part = reading(topic, { from: [entry] });
  await until('the rest has come', () => part.records.length === texts.length - 1_234);
  expect(part.texts()).toEqual(texts.slice(1_234));
});

test('nothing comes while paused; how far that leaves us behind is known; all comes after', async () => {
  const topic = await topicOf('paused', 2);
  await send(topic, numbers(0, 5));
  const paused = reading(topic, { endsEvery: 50 });
  await until('all have come', () => paused.records.length === 5);
  paused.source.pause();
  await send(topic, numbers(5, 9));
  await until('the end is known', () =>
    paused.source.ends().some(({ partition, end }) => partition === 0 && end === 9),
  );
  expect(paused.records).toHaveLength(5);
  paused.source.resume();
  await until('all have come', () => paused.records.length === 9);
  expect(paused.texts()).toEqual(numbers(0, 9));
});

test('one batch is taken at a time, in order, however slow', async () => {
  const topic = await topicOf('slow', 4);
  await Promise.all([0, 1, 2, 3].map(partition => send(topic, numbers(0, 500), partition)));
  let inHand = 0;
  let most = 0;
  const slow = reading(topic, {
    fetch: { maxBytes: 4_000 },
    take: async () => {
      inHand += 1;
      most = Math.max(most, inHand);
      await new Promise(resolve => setImmediate(resolve));
      inHand -= 1;
    },
  });
  await until('all have come', () => slow.records.length === 2_000);
  expect(most).toBe(1);
  for (const partition of [0, 1, 2, 3]) {
    const offsets = slow.records.filter(record => record.partition === partition).map(({ offset }) => offset);
    expect(offsets).toEqual(numbers(0, 500).map(Number));
  }
});

test('partitions added while running are noticed, and read from their beginning', async () => {
  const topic = await topicOf('grown');
  const grown = reading(topic, { start: 'latest', metadataEvery: 100 });
  await until('it reads', () => grown.health.includes('running'));
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  await send(topic, ['in the new one'], 2);
  await until('it has come', () => grown.records.length === 1);
  expect(grown.records[0]).toMatchObject({ partition: 2, offset: 0 });
  expect(grown.source.ends()).toHaveLength(3);
});

test('two sources may read one topic, each from its own position', async () => {
  const topic = await topicOf('both');
  await send(topic, numbers(0, 4));
  const both = reading(topic, {
    topics: [
      { source: 'one', topic, place: 0, arrival: 'log' },
      { source: 'two', topic, place: 0, arrival: 'log' },
    ],
    from: [{ source: 'two', topic: 0, epoch: 0, partition: 0, nextOffset: 4 }],
  });
  await send(topic, ['4']);
  const offsetsOf = (name: string): number[] =>
    both.records.filter(({ source }) => source === name).map(({ offset }) => offset);
  await until('all have come', () => offsetsOf('one').length === 5 && offsetsOf('two').includes(4));
  expect(offsetsOf('one')).toEqual([0, 1, 2, 3, 4]);
});

test('an error of whoever takes the batch is the error of the run', async () => {
  const topic = await topicOf('taking');
  await send(topic, ['a']);
  const taking = reading(topic, {
    take: batch => (batch.records.length > 0 ? Promise.reject(new Error('no room')) : Promise.resolve()),
  });
  await until('it has failed', () => taking.error !== undefined);
  expect(taking.error).toMatchObject({ message: 'no room' });
});

test('a client that the brokers refuse is told at once', async () => {
  const topic = await topicOf('refused');
  // This listener speaks no SASL: to such a client it says so, or hangs up.
  const refused = reading(topic, { sasl: { mechanism: 'plain', username: 'u', password: 'p' } });
  expect(await failure(refused)).toMatch(/the brokers refuse this client/);
});

test('the source ends each health in turn', async () => {
  const topic = await topicOf('health');
  const read = reading(topic);
  await until('it reads', () => read.health.includes('running'));
  await read.close();
  await read.finished;
  expect(read.health).toEqual(['connecting', 'running', 'stopped']);
});
