import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tcp } from '../../../runtime/client/index.ts';
import type { ReadAnswer, ReadRequest } from '../../../runtime/client/index.ts';
import { loadProgram } from '../../../runtime/config/index.ts';
import type { Programs } from '../../../runtime/config/index.ts';
import type { FrontierEntry, SourceRecord } from '../../../runtime/engine/record.ts';
import { partitionKey } from '../../../runtime/history/index.ts';
import { importHistory } from '../../../runtime/imports/index.ts';
import type { ImportOptions, ImportReport } from '../../../runtime/imports/index.ts';
import { topicsOf } from '../../../runtime/service/sources.ts';
import { Oracle } from '../../../testing/index.ts';
import { Random } from '../../support/random.ts';
import { runSettings } from '../../support/run-settings.ts';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { differingFeatures } from '../../support/three-ways/compare.ts';
import type { Values } from '../../support/three-ways/read.ts';
import { logEnds, readBack } from '../support/broker-log.ts';
import { unique, until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { startService } from '../support/live-service.ts';
import type { LiveService } from '../support/live-service.ts';
import { startPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { said } from '../support/said.ts';
import { accessorPlansOf } from '../support/sample.ts';
import { asImport, CatalogFeed, drawn } from './catalog-feed.ts';
import { catalogFeatures, catalogVersions } from './catalog-project.ts';
import type { CatalogVersion } from './catalog-project.ts';

/**
 * A service starts anew with other features: its state comes from the history, of imports and of what has been archived,
 * while producers go on and a replica goes on archiving. What it answers, at whatever frontier, is what the oracle says of
 * the records below that.
 */
const { seed } = runSettings({ seed: 20_261_128, runs: 0, values: 0 });
const PATIENCE = 60_000;
const PER_SECOND = 150;
const topics = { views: unique('views'), items: unique('items') };

const log = said();
const folder = mkdtempSync(join(tmpdir(), 'skewless-bootstrap-'));
const feed = new CatalogFeed(new Random(seed));
let kafka: TestKafka;
let postgres: TestPostgres;
let projects: Readonly<Record<CatalogVersion, TemporaryProject>>;
/** Of the first version: it archives all the while. */
let replica: LiveService;
/** The one that starts anew. */
let service: LiveService;
/** What was imported, as the oracle is told it. */
const imported: SourceRecord[] = [];

/** Of keys that are all there. */
interface CatalogRequest extends ReadRequest {
  readonly keys: readonly Readonly<Record<string, number>>[];
}

interface Answered {
  readonly version: CatalogVersion;
  readonly request: CatalogRequest;
  readonly answer: ReadAnswer;
}
const answers: Answered[] = [];

beforeAll(async () => {
  [kafka, postgres] = await Promise.all([startKafka({ own: true }), startPostgres()]);
  const made = await Promise.all(
    catalogVersions.map(version => temporaryProject({ 'catalog.ts': catalogFeatures(topics, version) })),
  );
  projects = Object.fromEntries(catalogVersions.map((version, n) => [version, made[n]!])) as typeof projects;
  for (const topic of Object.values(topics)) await kafka.createTopic(topic, { partitions: 2 });
  replica = await startService(kafka.brokers, configOf('replica'), { project: projects.first.root });
  await until('it archives', async () => (await replica.status()).archive!.role === 'archiving', PATIENCE);
  await importPast(await programsOf('first'));
  await feed.start(kafka, topics, PER_SECOND);
  service = await startService(kafka.brokers, configOf('service'), {
    project: projects.first.root,
    log: log.log,
  });
}, 180_000);

afterAll(async () => {
  await feed.stop();
  await service?.close();
  await service?.remove();
  await replica?.close();
  await replica?.remove();
  for (const project of Object.values(projects ?? {})) project.remove();
  await Promise.all([postgres?.remove(), kafka?.close()]);
  rmSync(folder, { recursive: true });
}, 120_000);

const configOf = (name: string) => ({
  kafka: { groupId: unique(name) },
  history: { url: postgres.url, batchEvery: '50ms' } as const,
});

const programsOf = (version: CatalogVersion): Promise<Programs> =>
  loadProgram(projects[version].root, join(projects[version].root, 'generated'));

/** Five days of views that end two hours ago, of which one does not decode, and the items as they stood before. */
async function importPast(programs: Programs): Promise<void> {
  const end = Date.now() - 2 * 3_600_000;
  const views = feed.pastViews(2_000, end);
  const lines = views.map(({ row, arrivedAt }) => ({ ...row, received: instant(arrivedAt) }));
  const bad = { ...lines[500]!, user_id: 'nobody' };
  const items = Array.from({ length: 30 }, (_, n) => {
    const row = feed.item(1 + (n % drawn.items));
    return { row, arrivedAt: (end - (30 - n) * 3_600_000) * 1000 };
  });
  const itemLines = items.map(({ row, arrivedAt }) => ({ ...row, received: instant(arrivedAt) }));
  const of = (source: string, text: string): Promise<ImportReport> =>
    importHistory(postgres.pool, programs, { source, from: file(text), arrival: 'received' });
  expect(await of('views', ndjson([...lines.slice(0, 500), bad, ...lines.slice(500)]))).toMatchObject({
    ...{ import: 1, read: 2_001, stored: 2_000 },
  });
  expect(await of('items', csv(itemLines))).toMatchObject({ import: 1, stored: 30 });
  imported.push(
    ...asImport(
      'views',
      1,
      views.map(({ row, arrivedAt }) => ({ arrivedAt, value: row })),
    ),
    ...asImport(
      'items',
      1,
      items.map(({ row, arrivedAt }) => {
        const value = { op: 'r', before: null, after: row, source: { ts_us: arrivedAt } };
        return { arrivedAt, value };
      }),
    ),
  );
}

const instant = (us: number): string => new Date(us / 1000).toISOString();
const ndjson = (rows: readonly object[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('');
const csv = (rows: readonly object[]): string =>
  [Object.keys(rows[0]!), ...rows.map(row => Object.values(row) as string[])]
    .map(cells => `${cells.join(',')}\n`)
    .join('');

function file(text: string): ImportOptions['from'] {
  const path = join(folder, text.startsWith('{') ? 'views.ndjson' : 'items.csv');
  writeFileSync(path, text);
  return { kind: 'file', path };
}

/** Every key of everything that a version serves, and one of each that was never seen. */
function requestsOf(version: CatalogVersion): CatalogRequest[] {
  const users = Array.from({ length: drawn.users + 1 }, (_, n) => ({ user_id: n + 1 }));
  const items = Array.from({ length: drawn.items + 1 }, (_, n) => ({ item_id: n + 1 }));
  const pairs = users.map((user, n) => ({ ...user, ...items[n % items.length]! }));
  return projects[version].program.declarations.map(({ kind, name }) =>
    kind === 'vector'
      ? { kind, name, keys: pairs }
      : { kind: 'group', name, keys: name === 'user_views' ? users : items },
  );
}

/** Reads all of it, now or at an instant of a while ago. */
async function readAll(version: CatalogVersion, ago = false): Promise<void> {
  const { serving } = await programsOf(version);
  const plans = accessorPlansOf(serving);
  const transport = tcp({ ...service.addresses.tcp!, timeout: 15_000 });
  const at = ago ? { at: Date.now() * 1000 - 40 * 60_000_000 } : {};
  for (const request of requestsOf(version))
    answers.push({
      version,
      request,
      answer: await transport.read({ ...request, ...at }, plans.get(request.name)!),
    });
  await transport.close();
}

const sum = (frontier: readonly FrontierEntry[]): number =>
  frontier.filter(({ topic }) => topic >= 0).reduce((total, { nextOffset }) => total + nextOffset, 0);
const takenRecords = async (): Promise<number> =>
  (await service.status()).sources
    .flatMap(({ partitions }) => partitions.filter(({ topic }) => topic !== null))
    .reduce((total, { nextOffset }) => total + nextOffset, 0);
const archivedRows = async (): Promise<number> => (await replica.status()).archive!.rows;

const built = 'the state was built from the history';
const builds = (): number => log.with(built).length;
const asides = (): number => log.with(/were set aside/).length;

const logTopics = async () => topicsOf((await programsOf('first')).serving, {});

/** Starts the service anew while records come in and are archived. */
async function startAnew(version: CatalogVersion): Promise<void> {
  const { directory } = service;
  await service.close();
  const before = await archivedRows();
  await until('more is archived', async () => (await archivedRows()) > before + 200, PATIENCE);
  const [told, aside] = [builds(), asides()];
  service = await startService(kafka.brokers, configOf('service'), {
    directory,
    project: projects[version].root,
    log: log.log,
  });
  expect(builds()).toBe(told + 1);
  const frontier = log.with(built).at(-1)!['frontier'] as readonly FrontierEntry[];
  const places = new Map(frontier.map(place => [partitionKey(place), place.nextOffset]));
  expect(places.get('views/-1/1/0')).toBe(2_001);
  expect(places.get('items/-1/1/0')).toBe(30);
  // It was in the middle of the log, which goes on: part of it comes from the history, the rest from the stream.
  expect(sum(frontier)).toBeGreaterThan(200);
  expect(sum(frontier)).toBeLessThan(sum(await logEnds(kafka, await logTopics())));
  expect(asides()).toBe(aside + 1);
}

test('other features have their full windows at once, at the frontier where they start and at those that follow', async () => {
  await readAll('first');
  for (const version of ['wider', 'other'] as const) {
    await startAnew(version);
    for (let round = 0; round < 6; round += 1) {
      await readAll(version, round === 1);
      await sleep(250);
    }
    const taken = (await service.status()).sources.find(({ name }) => name === 'views')!.counters;
    expect(taken.late).toBeGreaterThan(0);
    const end = sum(await logEnds(kafka, await logTopics()));
    await until('it has read on', async () => (await takenRecords()) >= end, PATIENCE);
    await readAll(version);
  }
  const rows = await archivedRows();
  await until('the replica goes on archiving', async () => (await archivedRows()) > rows, PATIENCE);
});

test('the next life goes on from its checkpoint', async () => {
  const told = builds();
  service = await service.restart();
  expect(builds()).toBe(told);
  expect(log.with('the state is back').length).toBeGreaterThan(0);
  await readAll('other');
  await feed.stop();
  await service.caughtUp();
  await readAll('other');
});

test('every answer is what the oracle says of the records below its frontier', async () => {
  const records = [...imported, ...(await readBack(kafka, await logTopics()))];
  const oracles = new Map<string, Oracle>();
  let values = 0;
  for (const { version, request, answer } of answers) {
    const places = new Map(answer.frontier.map(place => [partitionKey(place), place.nextOffset]));
    const key = `${version} ${JSON.stringify([...places])}`;
    const { declarations } = projects[version].program;
    const known = records.filter(({ source, topic = 0, epoch = 0, partition, offset }) => {
      return offset < (places.get(partitionKey({ source, topic, epoch, partition })) ?? 0);
    });
    const oracle = oracles.get(key) ?? new Oracle(known, declarations);
    oracles.set(key, oracle);
    const declared = declarations.find(({ name }) => name === request.name)!;
    for (const [n, keys] of request.keys.entries()) {
      const expected = (
        declared.kind === 'vector'
          ? oracle.readVector(declared, keys, answer.at)
          : oracle.readGroup(declared, keys, answer.at)
      ) as Values;
      const place = `${version}: ${request.name} ${JSON.stringify(keys)} at ${answer.at}`;
      expect(differingFeatures(expected, answer.values[n] as Values), place).toEqual([]);
      values += Object.keys(expected).length;
    }
  }
  console.log(`${values} values at ${oracles.size} frontiers compared with the oracle, 0 differences`);
  expect(oracles.size).toBeGreaterThan(10);
}, 180_000);
