import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { http, tcp } from '../../../runtime/client/index.ts';
import type { FrontierEntry } from '../../../runtime/index.ts';
import { loadProgram } from '../../../runtime/config/index.ts';
import type { Programs } from '../../../runtime/config/index.ts';
import { patient } from '../../support/patient.ts';
import { testDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { Random } from '../../support/random.ts';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { freePort } from '../support/ports.ts';
import { crashModules } from './features.ts';
import { Feeder } from './feeder.ts';
import { aims, Killer } from './kills.ts';
import { frontierOf, hasReached, logEnds, readBack, topicsOf } from './log.ts';
import { OpenHistory, urlOf } from './open-history.ts';
import { ServiceProcess } from './service-process.ts';
import { crashSettings } from './settings.ts';
import { byHistory, byService, comparable, differences, Uninterrupted, valuesIn } from './verify.ts';

// The service is killed, again and again, while records come in: in a batch, in a checkpoint, while it starts and
// while it recovers. When it is left alone at last, it must say what one says that never was interrupted, of every
// feature of every key; and so must SQL over the history that it has written.

const { rounds, seed } = crashSettings();
const random = new Random(seed);
/** Large enough to be found amid; of many rounds few enough in all for SQL to answer in time. */
const BURST = Math.max(300, Math.min(2_500, Math.floor(150_000 / rounds)));
const PARTITIONS = 3;

let kafka: TestKafka;
let database: TestDatabase;
let project: TemporaryProject;
let programs: Programs;
let history: OpenHistory;
let service: ServiceProcess;
let tcpPort: number;
let feeder: Feeder | undefined;

beforeAll(async () => {
  [kafka, database, project] = await Promise.all([
    startKafka({ own: true }),
    testDatabase(),
    temporaryProject(crashModules()),
  ]);
  programs = await loadProgram(project.root, join(project.root, 'generated'));
  for (const { topic } of topicsOf(programs.serving))
    await kafka.createTopic(topic, { partitions: PARTITIONS });
  history = new OpenHistory(database.pool);
  tcpPort = await freePort();
  service = new ServiceProcess(project.root, {
    brokers: kafka.brokers,
    http: await freePort(),
    tcp: tcpPort,
    history: urlOf(database.connection),
    checkpointEvery: '200ms',
  });
});

afterAll(async () => {
  // What has ended it is told by the test.
  await feeder?.stop().catch(() => undefined);
  await service?.kill();
  await database?.end();
  project?.remove();
  await kafka?.close();
});

test(
  `after ${rounds} crashes everything is as if there had been none`,
  { timeout: 240_000 + rounds * 20_000 },
  async () => {
    const topics = new Map(topicsOf(programs.serving).map(({ source, topic }) => [source, topic]));
    feeder = await Feeder.start(kafka, topics, random.fork());
    const killer = new Killer(service, feeder, random.fork(), BURST);
    const started = performance.now();
    // Each place in its turn, so that few rounds meet them all; the instant within it is chance.
    for (let round = 0; round < rounds; round += 1) await killer.round(aims[round % aims.length]!);
    // Chance may have missed a place: as many rounds more meet it.
    let more = 0;
    if (rounds >= aims.length)
      for (; more < rounds && killer.missed().length > 0; more += 1) await killer.round(killer.missed()[0]!);
    const killing = (performance.now() - started) / 1000;
    await feeder.stop();
    const said = (message: string) => service.lives.reduce((sum, life) => sum + life.count(message), 0);
    const restored = said('the state is back');
    console.log(
      `${rounds + more} crashes in ${killing.toFixed(0)} s, seed ${seed}: ${JSON.stringify(killer.struck)}; ` +
        `${feeder.sent} messages, ${said('checkpoint written')} checkpoints, ${restored} times the state came back`,
    );

    service.start();
    await service.untilServing();
    const ends = await logEnds(kafka, programs.serving);
    await untilTaken(ends);
    const records = await readBack(kafka, programs.serving, ends);
    expect(records.length).toBe(ends.reduce((sum, { nextOffset }) => sum + nextOffset, 0));
    const uninterrupted = new Uninterrupted(programs, records);
    const compared = await compareService(uninterrupted);

    // What is written when it ends in order is as good.
    await service.stop();
    service.start();
    await service.untilServing();
    await untilTaken(ends);
    await compareService(uninterrupted);

    await until('the history has everything', async () => hasReached(await history.frontier(), ends));
    expect(await history.kept(programs.sql)).toEqual(uninterrupted.kept);
    const t = Date.now() * 1000;
    const bySql = await byHistory(history.db, programs, uninterrupted.engine.frontier(), t);
    expect(differences(uninterrupted.everything(t), bySql)).toEqual([]);

    const verdicts = Object.values(uninterrupted.counters());
    const sum = (kind: 'counted' | 'late' | 'early' | 'repeat' | 'tombstone') =>
      verdicts.reduce((all, counters) => all + (counters[kind] ?? 0), 0);
    const fates = {
      ...{ counted: sum('counted'), late: sum('late'), early: sum('early'), repeat: sum('repeat') },
      ...{ tombstones: sum('tombstone'), refused: uninterrupted.kept.refused.length },
    };
    console.log(
      `${compared} values of features over ${records.length} records, ${JSON.stringify(fates)}; ` +
        `${((performance.now() - started) / 1000).toFixed(0)} s in all`,
    );
    // Otherwise this test would not test what it says.
    for (const [fate, count] of Object.entries(fates)) expect([fate, count > 0]).toEqual([fate, true]);
    if (rounds >= aims.length) {
      expect(restored).toBeGreaterThan(0);
      expect(killer.missed()).toEqual([]);
    }
  },
);

/** Over both of its wires, now and a while ago. @returns how many values were compared */
async function compareService(uninterrupted: Uninterrupted): Promise<number> {
  const now = Date.now() * 1000;
  const wires = [
    { t: now, transport: tcp({ port: tcpPort, ...patient }) },
    { t: now - 420_000_000, transport: http({ url: service.url, ...patient }) },
  ];
  let compared = 0;
  for (const { t, transport } of wires) {
    const actual = await byService(transport, programs, t).finally(() => transport.close());
    const expected = uninterrupted.everything(t);
    expect(differences(expected, actual)).toEqual([]);
    compared += valuesIn(expected);
  }
  const status = await service.status();
  const counters = Object.fromEntries(status!.sources.map(({ name, counters }) => [name, counters]));
  expect(comparable(counters)).toEqual(uninterrupted.counters());
  return compared;
}

async function untilTaken(ends: readonly FrontierEntry[]): Promise<void> {
  await service.until('it has taken all records', async () => {
    const status = await service.status();
    return status !== null && hasReached(frontierOf(status), ends);
  });
}
