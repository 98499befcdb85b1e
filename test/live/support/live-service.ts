import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { loadProgram, readConfig } from '../../../runtime/config/index.ts';
import type { Config } from '../../../runtime/config/index.ts';
import type { ServiceStatus } from '../../../runtime/observe/status.ts';
import { runService } from '../../../runtime/service/index.ts';
import type { Service } from '../../../runtime/service/index.ts';
import { topicsOf } from '../../../runtime/service/sources.ts';
import { hasTaken, logEnds } from './broker-log.ts';
import { until } from './kafka-reading.ts';
import { quietClient } from './kafka-server.ts';
import type { TestKafka } from './kafka.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A service in this process, on a broker of its own: the worked examples, unless told otherwise. */
export interface LiveService extends Service {
  /** The folder of its state. */
  readonly directory: string;
  status(): Promise<ServiceStatus>;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
  readiness(): Promise<{ readonly status: number; readonly reasons: readonly string[] }>;
  /** Settles when the state stands where every log ended when it was called. Nothing more may be written meanwhile. */
  caughtUp(): Promise<void>;
  /** Ends it and starts another on the same state, with the same configuration but for what is told. */
  restart(changed?: ServiceChanges): Promise<LiveService>;
  /** Removes the state. To be called after `close`. */
  remove(): Promise<void>;
}

/** Makes every topic of the worked examples. */
export async function createTopics(kafka: TestKafka, partitions: number): Promise<void> {
  const { serving } = await loadProgram(root, join(root, 'generated'));
  const topics = serving.sources.flatMap(source => source.topics);
  await Promise.all(topics.map(topic => kafka.createTopic(topic, { partitions })));
}

/** What a test's configuration says beside its own addresses. */
export type ServiceChanges = Omit<Partial<Config>, 'state' | 'kafka' | 'serve'> & {
  readonly state?: Partial<Config['state']>;
  readonly kafka?: Omit<Config['kafka'] & object, 'brokers'>;
  readonly serve?: Config['serve'];
};

export interface ServicePlace {
  /** The folder of the state; a new one unless told otherwise. */
  readonly directory?: string;
  /** The project; this repository unless told otherwise. */
  readonly project?: string;
  readonly log?: Logger;
}

export async function startService(
  brokers: readonly string[],
  more: ServiceChanges = {},
  place: ServicePlace = {},
): Promise<LiveService> {
  const { project = root, log = pino({ level: 'silent' }) } = place;
  const folder = place.directory ?? (await mkdtemp(join(tmpdir(), 'skewless-service-')));
  const programs = await loadProgram(project, join(project, 'generated'));
  const { settings } = readConfig(
    {
      log: { level: 'silent' },
      ...more,
      kafka: { brokers, ...more.kafka },
      serve: { http: { port: 0 }, tcp: { port: 0 }, ...more.serve },
      state: { directory: folder, checkpointEvery: '1s', ...more.state },
    },
    { root: project, file: 'the test', environment: {} },
  );
  const service = await runService({ root: project, config: settings, programs, log });
  const status = async (): Promise<ServiceStatus> =>
    (await (await fetch(`${service.addresses.http}/status`)).json()) as ServiceStatus;
  return {
    ...service,
    directory: folder,
    status,
    metrics: async () => (await fetch(`${service.addresses.http}/metrics`)).text(),
    readiness: async () => {
      const response = await fetch(`${service.addresses.http}/readyz`);
      const { reasons = [] } = (await response.json()) as { readonly reasons?: readonly string[] };
      return { status: response.status, reasons };
    },
    // By the broker's word: the service itself may not have heard yet of what was just written.
    caughtUp: async () => {
      const topics = topicsOf(programs.serving, {});
      const ends = await logEnds({ client: () => quietClient(brokers) }, topics);
      await until('the service has caught up', async () => hasTaken(await status(), ends, topics));
    },
    restart: async changed => {
      await service.close();
      return startService(brokers, { ...more, ...changed }, { ...place, directory: folder });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
