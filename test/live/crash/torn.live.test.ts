import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listCheckpoints } from '../../../runtime/checkpoints/open-checkpoints.ts';
import { tcp } from '../../../runtime/client/index.ts';
import { loadProgram, readConfig } from '../../../runtime/config/index.ts';
import type { Programs } from '../../../runtime/config/index.ts';
import type { FrontierEntry } from '../../../runtime/index.ts';
import { createLogger } from '../../../runtime/observe/logger.ts';
import type { ServiceStatus } from '../../../runtime/observe/status.ts';
import { runService } from '../../../runtime/service/index.ts';
import type { Service } from '../../../runtime/service/index.ts';
import { patient } from '../../support/patient.ts';
import { Random } from '../../support/random.ts';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { damages } from './damage.ts';
import { crashModules } from './features.ts';
import { Feeder } from './feeder.ts';
import { frontierOf, hasReached, logEnds, readBack, topicsOf } from './log.ts';
import { crashSettings } from './settings.ts';
import { byService, differences, Uninterrupted } from './verify.ts';

// Files that a disk has torn or flipped. The service starts from the checkpoint before, says so, and takes from the
// log what that one lacks: nothing is missing in the end.

const { seed } = crashSettings();
const random = new Random(seed);
const KEEP = 3;

let kafka: TestKafka;
let project: TemporaryProject;
let programs: Programs;
/** A state with several checkpoints, each of another frontier; tests work on copies. */
let pristine: string;
let folder: string;
let ends: FrontierEntry[];
let uninterrupted: Uninterrupted;

beforeAll(async () => {
  [kafka, project] = await Promise.all([startKafka({ own: true }), temporaryProject(crashModules())]);
  programs = await loadProgram(project.root, join(project.root, 'generated'));
  pristine = await mkdtemp(join(tmpdir(), 'skewless-torn-'));
  folder = join(pristine, 'copy');
  const topics = topicsOf(programs.serving);
  for (const { topic } of topics) await kafka.createTopic(topic, { partitions: 2 });
  const feeder = await Feeder.start(
    kafka,
    new Map(topics.map(({ source, topic }) => [source, topic])),
    random.fork(),
  );
  const origin = await start(join(pristine, 'state'));
  const wrote = (): number => origin.log.filter(({ msg }) => msg === 'checkpoint written').length;
  for (let more = 1; more <= KEEP; more += 1) {
    const before = wrote();
    await feeder.burst(800);
    await until('a further checkpoint is there', () => wrote() > before + 1);
  }
  await feeder.stop();
  ends = await logEnds(kafka, programs.serving);
  await caughtUp(origin);
  await origin.service.close();
  uninterrupted = new Uninterrupted(programs, await readBack(kafka, programs.serving, ends));
});

afterAll(async () => {
  if (pristine !== undefined) await rm(pristine, { recursive: true, force: true });
  project?.remove();
  await kafka?.close();
});

/** A line of the service's log. */
interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

interface Started {
  readonly service: Service;
  readonly log: readonly LogLine[];
}

async function start(directory: string): Promise<Started> {
  const log: LogLine[] = [];
  const { settings } = readConfig(
    {
      kafka: { brokers: kafka.brokers, groupId: `torn-${random.word()}` },
      state: { directory, checkpointEvery: '150ms', keep: KEEP },
      serve: { http: { port: 0 }, tcp: { port: 0 }, maxKeys: 10_000 },
    },
    { root: project.root, file: 'the test', environment: {} },
  );
  const stream = { write: (line: string) => void log.push(JSON.parse(line) as LogLine) };
  const logger = createLogger({ level: 'info', pretty: false, stream });
  return { service: await runService({ root: project.root, config: settings, programs, log: logger }), log };
}

async function caughtUp({ service }: Started): Promise<void> {
  await until('the service has taken all records', async () => {
    const answer = await fetch(`${service.addresses.http}/status`);
    return hasReached(frontierOf((await answer.json()) as ServiceStatus), ends);
  });
}

/** A fresh copy of the state. @returns its checkpoints, the newest first */
async function freshCopy(): Promise<string[]> {
  await rm(folder, { recursive: true, force: true });
  await cp(join(pristine, 'state'), folder, { recursive: true });
  return listCheckpoints(folder);
}

describe('the newest checkpoint', () => {
  test.each(damages(random.fork()))('$name', async ({ apply }) => {
    const [newest, second] = await freshCopy();
    apply(newest!);
    const started = await start(folder);
    try {
      await caughtUp(started);
      const { log, service } = started;
      const rejected = log.filter(({ msg }) => msg.startsWith('a checkpoint cannot be used'));
      expect(rejected).toMatchObject([{ level: 'error', file: newest, reason: expect.any(String) }]);
      expect(log.find(({ msg }) => msg === 'the state is back')).toMatchObject({ file: second });
      const t = Date.now() * 1000;
      const transport = tcp({ ...service.addresses.tcp!, ...patient });
      const actual = await byService(transport, programs, t).finally(() => transport.close());
      expect(differences(uninterrupted.everything(t), actual)).toEqual([]);
    } finally {
      await started.service.close();
    }
  });
});

test('all of them damaged, it refuses, and says what to do', async () => {
  const kinds = damages(random.fork());
  const files = await freshCopy();
  expect(files.length).toBe(KEEP);
  for (const file of files) random.pick(kinds).apply(file);
  await expect(start(folder)).rejects.toMatchObject({
    name: 'DamagedState',
    message: expect.stringMatching(/no checkpoint in .* can be used .* Bring one back from a backup/),
  });
});
