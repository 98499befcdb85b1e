import { afterAll, beforeAll, expect, test } from 'vitest';
import { tcp } from '../../../runtime/client/index.ts';
import { loadProgram } from '../../../runtime/config/index.ts';
import type { SourceStatus } from '../../../runtime/observe/status.ts';
import { Oracle } from '../../../testing/index.ts';
import type { Declaration } from '../../../testing/index.ts';
import { patient } from '../../support/patient.ts';
import { differingFeatures } from '../../support/three-ways/compare.ts';
import type { Values } from '../../support/three-ways/read.ts';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { read, unique, until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { startService } from '../support/live-service.ts';
import type { LiveService } from '../support/live-service.ts';
import { said } from '../support/said.ts';
import { accessorPlansOf, readSample } from '../support/sample.ts';
import type { AccessorPlans, SampledRead } from '../support/sample.ts';
import { SteadyReads } from '../support/steady-reads.ts';
import { view, viewsFeatures } from './views-project.ts';

/** The state may grow no further: the service takes no more records, says so, and answers; with more room it goes on. */
const topic = unique('views');
const USERS = 4_000;
const LOT = 10_000;

const reads: readonly SampledRead[] = [0, 1, 777, USERS - 1, USERS].map(user_id => ({
  ...{ kind: 'group', name: 'user_views', keys: { user_id } },
}));

const log = said();
let kafka: TestKafka;
let project: TemporaryProject;
let plans: AccessorPlans;
let service: LiveService;
let made = 0;

beforeAll(async () => {
  kafka = await startKafka();
  project = await temporaryProject({ 'views.ts': viewsFeatures(topic, ['page', 'item']) });
  plans = accessorPlansOf((await loadProgram(project.root, `${project.root}/generated`)).serving);
  await kafka.createTopic(topic, { partitions: 2 });
  service = await startService(
    kafka.brokers,
    { kafka: { groupId: unique('ceiling'), endsEvery: '200ms' }, state: { ceiling: '2MB' } },
    { project: project.root, log: log.log },
  );
});

afterAll(async () => {
  await service?.close();
  await service?.remove();
  project?.remove();
  await kafka?.close();
});

async function produce(): Promise<void> {
  const producer = kafka.client().producer();
  await producer.connect();
  for (let lot = 0; lot < LOT; lot += 1_000) {
    const messages = Array.from({ length: 1_000 }, () => {
      const value = JSON.stringify(view((made += 1), made % USERS));
      return { partition: made % 2, value };
    });
    await producer.send({ topic, messages });
  }
  await producer.disconnect();
}

const views = async (): Promise<SourceStatus> => (await service.status()).sources[0]!;
const taken = async (): Promise<number> =>
  (await views()).partitions.reduce((sum, { nextOffset }) => sum + nextOffset, 0);

/** Records go on coming in, and none is taken any more. */
async function expectPaused(): Promise<void> {
  const { state, ready, reasons } = await service.status();
  // Beside it may stand how far it is behind, which is another from one look to the next.
  const told: unknown = expect.arrayContaining(['the state is above its ceiling, and takes no records']);
  expect(state).toMatchObject({ ceiling: 2 * 1024 * 1024, paused: true });
  expect(state.bytes).toBeGreaterThan(state.ceiling!);
  expect([ready, reasons]).toEqual([false, told]);
  expect(await service.readiness()).toEqual({ status: 503, reasons: told });
  expect(await service.metrics()).toMatch(/^skewless_paused 1$/m);
  const waiting = made - (await taken());
  await until('it knows what waits', async () => {
    const { partitions } = await views();
    return partitions.reduce((sum, { lagRecords }) => sum + lagRecords!, 0) === waiting;
  });
}

test('above its ceiling the state takes no more, and is read as before', async () => {
  const { tcp: address } = service.addresses;
  const steady = new SteadyReads(tcp({ ...address!, ...patient }), reads, plans);
  while (!(await service.status()).state.paused) await produce();
  await until('what was under way is taken', async () => {
    const before = await taken();
    await produce();
    return (await taken()) === before;
  });
  await expectPaused();
  expect(await taken()).toBeLessThan(made);
  expect(log.with('the state is above its ceiling: sources paused')).toHaveLength(1);
  const { answered } = steady;
  await until('it goes on answering', () => steady.answered > answered + 50);
  await steady.stop();
  expect(steady.failures()).toEqual([]);
});

test('a restart changes nothing of it', async () => {
  const before = await taken();
  service = await service.restart();
  await expectPaused();
  expect(await taken()).toBe(before);
});

test('with more room it goes on where it stood', async () => {
  service = await service.restart({ state: { ceiling: '1GB' } });
  await until('all is taken', async () => (await taken()) === made);
  await until('it is ready', async () => (await service.readiness()).status === 200);
  expect((await views()).counters).toMatchObject({ counted: made, known: 0 });

  const reading = read(kafka.brokers, topic, {
    topics: [{ source: 'views', topic, place: 0, arrival: 'log' }],
  });
  await until('all is read back', () => reading.records.length === made);
  await reading.close();
  const { declarations } = project.program;
  const oracle = new Oracle(reading.records, declarations);
  const group = declarations[0] as Extract<Declaration, { kind: 'features' }>;
  const transport = tcp({ ...service.addresses.tcp!, ...patient });
  const at = Date.now() * 1000;
  for (const sample of reads) {
    const { values } = await readSample(transport, sample, at, plans);
    const expected = oracle.readGroup(group, sample.keys, at) as Values;
    expect([sample.keys, differingFeatures(expected, values[0] as Values)]).toEqual([sample.keys, []]);
  }
  await transport.close();
});
