// How soon a produced event can be read, through the whole service: `npm run bench:freshness`.
// The service (Kafka in, state, a checkpoint every five seconds, TCP out) runs in this process; a second one produces a
// steady load, and a third now and then an event of a user never seen, which it reads over TCP until it is there.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { pino } from 'pino';
import { createClient } from '../generated/client/index.ts';
import { tcp } from '../runtime/client/index.ts';
import { loadProgram, readConfig } from '../runtime/config/index.ts';
import { runService } from '../runtime/service/index.ts';
import { startKafkaJars } from '../test/live/support/kafka-jars.ts';
import { PreparedLoad } from './kafka-load.ts';
import type { Message } from './kafka-load.ts';
import { heading } from './measure.ts';

const PARTITIONS = 3;
/** ms between an event that could be read and the next. */
const PAUSE = 10;
/** Of each load, and of them those before the first probe. */
const SECONDS = 10;
const WARM_UP = 2;
/** Events a second beside the probes. */
const LOADS = [0, 10_000, 25_000, 50_000];
const topic = 'user-behavior';
const root = fileURLToPath(new URL('..', import.meta.url));

interface Task {
  readonly kind: 'load' | 'probe';
  readonly brokers: readonly string[];
  readonly port: number;
  readonly rate: number;
  /** No two share a user. */
  readonly firstUser: number;
}

/** From a child: a load is ready; what it came to, a second; how long probes took, ms. */
type Told = 'ready' | { readonly rate: number } | { readonly took: readonly number[] };

if (process.send === undefined) await serve();
else process.once('message', (task: Task) => void (task.kind === 'load' ? load(task) : probe(task)));

async function serve(): Promise<void> {
  const kafka = await startKafkaJars();
  const directory = await mkdtemp(join(tmpdir(), 'skewless-bench-'));
  const programs = await loadProgram(root, join(root, 'generated'));
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = programs.serving.sources.flatMap(source => source.topics);
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map(name => ({ topic: name, numPartitions: PARTITIONS })),
  });
  await admin.disconnect();
  const { settings } = readConfig(
    {
      kafka: { brokers: kafka.brokers },
      state: { directory, checkpointEvery: '5s' },
      serve: { http: false, tcp: { port: 0 } },
    },
    { root, file: 'the bench', environment: {} },
  );
  const service = await runService({ root, config: settings, programs, log: pino({ level: 'silent' }) });
  heading('From producing an event to reading it over TCP, ms', 'Aim: p99 of 100 under load.');
  for (const [place, rate] of LOADS.entries()) {
    const task = { brokers: kafka.brokers, port: service.addresses.tcp!.port, rate };
    const loading = rate === 0 ? null : child({ ...task, kind: 'load', firstUser: 1e9 * (2 * place + 1) });
    if (loading !== null) {
      await told(loading);
      loading.send('begin');
      await sleep(WARM_UP * 1000);
    }
    const probing = child({ ...task, kind: 'probe', firstUser: 1e9 * (2 * place + 2) });
    const [{ took }, reached] = (await Promise.all([
      told(probing),
      loading === null ? { rate } : told(loading),
    ])) as [{ readonly took: readonly number[] }, { readonly rate: number }];
    const sorted = took.toSorted((a, b) => a - b);
    const at = (share: number): string => sorted[Math.ceil(sorted.length * share) - 1]!.toFixed(1);
    console.log(
      `  beside ${Math.round(reached.rate)} events/s: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)} of ${took.length}`,
    );
  }
  await service.close();
  await rm(directory, { recursive: true, force: true });
  await kafka.close();
}

function child(task: Task): ChildProcess {
  const forked = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv });
  forked.send(task);
  return forked;
}

async function told(from: ChildProcess): Promise<Told> {
  const [message] = (await once(from, 'message')) as [Told];
  return message;
}

function tell(message: Told): void {
  process.send!(message);
}

async function load({ brokers, rate, firstUser }: Task): Promise<void> {
  const began = Date.now();
  const prepared = await PreparedLoad.prepare({
    brokers,
    topic,
    partitions: PARTITIONS,
    rate,
    seconds: SECONDS,
    message: (index, ms) => message(firstUser + index, firstUser + (index % 10_000), began + ms),
  });
  const begin = once(process, 'message');
  tell('ready');
  await begin;
  tell({ rate: await prepared.run() });
  process.disconnect();
}

async function probe({ brokers, port, firstUser }: Task): Promise<void> {
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const transport = tcp({ port });
  const features = createClient(transport);
  const took: number[] = [];
  const until = performance.now() + (SECONDS - WARM_UP - 1) * 1000;
  for (let user_id = firstUser; performance.now() < until; user_id += 1) {
    const event = message(user_id, user_id, Date.now() - 50);
    const started = performance.now();
    await producer.send({ topic, acks: 1, messages: [event] });
    while ((await features.userBehavior({ user_id })).sessions_7d === 0) await sleep(1);
    took.push(performance.now() - started);
    await sleep(PAUSE);
  }
  await transport.close();
  await producer.disconnect();
  tell({ took });
  process.disconnect();
}

function message(id: number, user: number, time: number): Message {
  const event = {
    event_id: id,
    user_id: user,
    session_id: `s${user}`,
    item_id: id % 1000,
    event_type: 'view',
    category: 'books',
    revenue: null,
    event_time: new Date(time).toISOString(),
  };
  return { key: String(user), value: JSON.stringify(event) };
}
