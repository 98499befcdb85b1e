import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tcp } from '../../../runtime/client/index.ts';
import { loadProgram } from '../../../runtime/config/index.ts';
import { historyFrontier, reingest, trainingSet } from '../../../runtime/history/index.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import { patient } from '../../support/patient.ts';
import { testDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { unique, until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { startService } from '../support/live-service.ts';
import type { LiveService } from '../support/live-service.ts';
import { said } from '../support/said.ts';
import { accessorPlansOf, readSample } from '../support/sample.ts';
import { view, viewsFeatures } from './views-project.ts';

/**
 * What does not decode stands between what does, and messages come twice: each is told of with its place, kept to the
 * byte, and counts for nothing, until the schema is mended.
 */
const topic = unique('views');
const USER = 7;

interface Poison {
  readonly value: Buffer;
  readonly reason: string;
  readonly column: string | null;
}

const poison = (value: Buffer | string | object, reason: string, column: string | null = null): Poison => ({
  value: Buffer.isBuffer(value)
    ? value
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  reason,
  column,
});

const poisons: readonly Poison[] = [
  poison('{"view_id":', 'not-json'),
  poison(Buffer.from([0xff, 0x00, 0x7b, 0x22, 0x80]), 'not-json'),
  poison('', 'not-json'),
  poison([view(900, USER)], 'not-an-object'),
  poison({ ...view(901, USER), user_id: undefined }, 'missing', 'user_id'),
  poison({ ...view(902, USER), user_id: 'seven' }, 'wrong-type', 'user_id'),
  poison(view(903, USER, { kind: 'film' }), 'not-an-option', 'kind'),
  poison(view(904, USER, { kind: 'film' }), 'not-an-option', 'kind'),
  poison(view(905, USER, { price: '0.125' }), 'too-many-digits', 'price'),
  poison(view(906, USER, { at: 'yesterday' }), 'not-an-instant', 'at'),
];

const log = said();
let kafka: TestKafka;
let database: TestDatabase;
let project: TemporaryProject;
let mended: TemporaryProject;
let service: LiveService;
let db: AnyDatabase;
/** Where each poison came to lie. */
const places: { readonly partition: number; readonly offset: number }[] = [];

beforeAll(async () => {
  kafka = await startKafka();
  database = await testDatabase();
  db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
  project = await temporaryProject({ 'views.ts': viewsFeatures(topic, ['page', 'item']) });
  mended = await temporaryProject({ 'views.ts': viewsFeatures(topic, ['page', 'item', 'film']) });
  await kafka.createTopic(topic, { partitions: 2 });
  const { user, host, database: name } = database.connection;
  service = await startService(
    kafka.brokers,
    {
      kafka: { groupId: unique('refusals') },
      history: {
        url: `postgres://${user}@localhost/${name}?host=${encodeURIComponent(host)}`,
        batchEvery: '50ms',
      },
    },
    { project: project.root, log: log.log },
  );
  await produce();
  await service.caughtUp();
  await until('all is archived', async () => (await archived()) === total());
});

afterAll(async () => {
  await service?.close();
  await service?.remove();
  await db?.destroy();
  for (const each of [project, mended]) each?.remove();
  await kafka?.close();
});

/** Two good ones before each poison, of which the second comes twice, and one after it. */
async function produce(): Promise<void> {
  const producer = kafka.client().producer();
  await producer.connect();
  const ends = [0, 0];
  for (const [i, { value }] of poisons.entries()) {
    const partition = i % 2;
    const good = [0, 1, 1, 2].map(n => Buffer.from(JSON.stringify(view(i * 3 + n, USER))));
    const messages = [...good.slice(0, 3), value, good[3]!].map(each => ({ partition, value: each }));
    await producer.send({ topic, messages });
    places.push({ partition, offset: ends[partition]! + 3 });
    ends[partition]! += messages.length;
  }
  await producer.disconnect();
}

const total = (): number => poisons.length * 5;
const archived = async (): Promise<number> => {
  const frontier = await historyFrontier(db).catch(() => []);
  return frontier.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
};

const byReason = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { reason } of poisons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};

test('each is counted by its reason, in the status and in the metrics', async () => {
  const [{ counters }] = (await service.status()).sources as [
    Awaited<ReturnType<LiveService['status']>>['sources'][0],
  ];
  expect(counters.refused).toEqual(byReason());
  expect(counters).toMatchObject({ counted: poisons.length * 3, repeat: poisons.length, known: 0 });
  const metrics = await service.metrics();
  for (const [reason, count] of Object.entries(byReason()))
    expect(metrics).toContain(`skewless_refused_total{source="views",reason="${reason}"} ${count}`);
  expect(metrics).toContain(`skewless_events_total{source="views",fate="repeat"} ${poisons.length}`);
});

test('each has a line in the log, with its place', () => {
  const lines = log.with(/^a record was refused: ./);
  const told = lines.map(({ source, topic: place, epoch, partition, offset, reason, column }) => ({
    ...{ source, place, epoch, partition, offset, reason, column },
  }));
  const expected = poisons.map(({ reason, column }, i) => ({
    ...{ source: 'views', place: 0, epoch: 0, ...places[i], reason, column },
  }));
  expect(new Set(told)).toEqual(new Set(expected));
  expect(told).toHaveLength(expected.length);
});

test('the history keeps each with its bytes, and the others, those that came twice too', async () => {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select partition, "offset"::int as "offset", reason, "column", bytes from "history"."refused"`,
  );
  const expected = poisons.map(({ value, reason, column }, i) => {
    return { ...places[i], reason, column, bytes: value.toString('hex') };
  });
  const kept = rows.map(row => ({ ...row, bytes: (row['bytes'] as Buffer).toString('hex') }));
  expect(new Set(kept)).toEqual(new Set(expected));
  expect(kept).toHaveLength(expected.length);
  const { rows: views } = await database.pool.query('select 1 from "history"."views"');
  expect(views).toHaveLength(poisons.length * 4);
});

/** What the user has: by the service, or by SQL of a project over the history. */
async function byService(at: number): Promise<unknown> {
  const { serving } = await loadProgram(project.root, `${project.root}/generated`);
  const transport = tcp({ ...service.addresses.tcp!, ...patient });
  const read = { kind: 'group', name: 'user_views', keys: { user_id: USER } } as const;
  const { values } = await readSample(transport, read, at, accessorPlansOf(serving));
  await transport.close();
  return values[0];
}

async function bySql({ program }: TemporaryProject, at: number): Promise<Record<string, unknown>> {
  const [row] = await trainingSet(db, program.sql, {
    read: { group: 'user_views' },
    spine: [{ t: at, request: { user_id: USER } }],
    known: { kind: 'hindsight' },
  });
  return row as Record<string, unknown>;
}

test('once the schema is mended, reingest brings in what now decodes, once', async () => {
  const at = Date.now() * 1000;
  const before = await bySql(project, at);
  expect(before).toMatchObject({ views_1d: poisons.length * 3, kinds_1d: 1 });
  expect(await byService(at)).toEqual(before);

  const { stream, sql } = mended.program;
  const films = poisons.filter(({ reason }) => reason === 'not-an-option').length;
  const { sources } = await reingest(database.pool, stream, sql);
  expect(sources).toMatchObject([{ source: 'views', import: 1, appended: films, leftAlone: null }]);
  expect(sources[0]!.refused.reduce((sum, { records }) => sum + records, 0)).toBe(poisons.length - films);
  const after = await bySql(mended, at);
  expect(after).toMatchObject({ views_1d: poisons.length * 3 + films, kinds_1d: 2 });

  expect((await reingest(database.pool, stream, sql)).sources).toMatchObject([{ import: null, appended: 0 }]);
  expect(await bySql(mended, at)).toEqual(after);
  // A state that runs has passed them long ago.
  expect(await byService(at)).toEqual(before);
});
