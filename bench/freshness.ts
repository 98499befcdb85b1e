// How soon a produced event can be read, through the whole service: `npm run bench:freshness`.
// The service (Kafka in, state, checkpoints every second, TCP out) runs in this process; a second one produces a steady
// load, and now and then an event of a user never seen, which it reads over TCP until it is there.
import { fork } from 'node:child_process';
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
import { heading } from './measure.ts';

const PARTITIONS = 3;
const PROBES = 200;
/** Events a second beside the probes. */
const LOADS = [0, 10_000, 50_000];
const topic = 'user-behavior';
const root = fileURLToPath(new URL('..', import.meta.url));

interface Task {
  readonly brokers: readonly string[];
  readonly port: number;
  readonly load: number;
  /** No two loads share a user. */
  readonly firstUser: number;
}

if (process.send === undefined) await serve();
else process.once('message', (task: Task) => void probe(task));

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
      state: { directory, checkpointEvery: '1s' },
      serve: { http: false, tcp: { port: 0 } },
    },
    { root, file: 'the bench', environment: {} },
  );
  const service = await runService({ root, config: settings, programs, log: pino({ level: 'silent' }) });
  heading('From producing an event to reading it over TCP, ms', 'Aim: p99 of 100 under load.');
  for (const [place, load] of LOADS.entries()) {
    const child = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv });
    const { port } = service.addresses.tcp!;
    child.send({ brokers: kafka.brokers, port, load, firstUser: 1e9 * (place + 1) } satisfies Task);
    const [{ took, sent, seconds }] = (await once(child, 'message')) as [Result];
    const sorted = took.toSorted((a, b) => a - b);
    const at = (share: number): string => sorted[Math.ceil(sorted.length * share) - 1]!.toFixed(1);
    const rate = Math.round(sent / seconds);
    console.log(`  beside ${rate} events/s: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`);
    await once(child, 'exit');
  }
  await service.close();
  await rm(directory, { recursive: true, force: true });
  await kafka.close();
}

interface Result {
  readonly took: readonly number[];
  readonly sent: number;
  readonly seconds: number;
}

async function probe({ brokers, port, load, firstUser }: Task): Promise<void> {
  const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const transport = tcp({ port });
  const features = createClient(transport);
  const began = performance.now();
  let sent = 0;
  let over = false;
  const loading = (async () => {
    while (!over && load > 0) {
      const due = Math.floor(((performance.now() - began) / 1000) * load) - sent;
      if (due > 0) {
        const count = Math.min(due, 2_000);
        await producer.send({
          topic,
          acks: 1,
          messages: Array.from({ length: count }, (_, i) => message(i + sent, (i + sent) % 10_000)),
        });
        sent += count;
      } else await sleep(5);
    }
  })();
  await sleep(1_000);
  const took: number[] = [];
  for (let i = 0; i < PROBES; i += 1) {
    const user_id = firstUser + i;
    const started = performance.now();
    await producer.send({ topic, acks: 1, messages: [message(1e12 + user_id, user_id)] });
    while ((await features.userBehavior({ user_id })).sessions_7d === 0) await sleep(0);
    took.push(performance.now() - started);
    await sleep(10);
  }
  over = true;
  await loading;
  const seconds = (performance.now() - began) / 1000;
  await transport.close();
  await producer.disconnect();
  process.send!({ took, sent, seconds } satisfies Result);
  process.disconnect();
}

function message(id: number, user: number): { readonly key: string; readonly value: string } {
  const event = {
    event_id: id,
    user_id: user,
    session_id: `s${user}`,
    item_id: id % 1000,
    event_type: 'view',
    category: 'books',
    revenue: null,
    event_time: new Date(Date.now() - 50).toISOString(),
  };
  return { key: String(user), value: JSON.stringify(event) };
}
