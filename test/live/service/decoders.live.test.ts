import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { unique, until } from '../support/kafka-reading.ts';
import { startKafka } from '../support/kafka.ts';
import type { TestKafka } from '../support/kafka.ts';
import { root as repository, startService } from '../support/live-service.ts';
import type { LiveService } from '../support/live-service.ts';
import { viewsFeatures } from './views-project.ts';

/**
 * A topic that is not JSON: a byte for the schema, then the fields as that schema orders them. The schemas lie with a
 * registry that is away at first, and the decoder is a module of the project's own.
 */
const topic = unique('encoded-views');
const USER = 7;

const decoder = (project: string): string => `
import { readFile } from 'node:fs/promises';
import { defineDecoder } from '${join(repository, 'runtime/config/index.ts')}';

const schemas = new Map<number, readonly string[]>();

export default defineDecoder({
  prepare(bytes) {
    const id = bytes[0];
    if (id === undefined || id > 9 || schemas.has(id)) return undefined;
    return readFile('${project}/registry/' + id + '.json', 'utf8').then(text => schemas.set(id, JSON.parse(text)));
  },
  decode(bytes) {
    const fields = schemas.get(bytes[0] ?? -1);
    if (fields === undefined) throw new Error('there is no schema ' + bytes[0]);
    const cells = Buffer.from(bytes.subarray(1)).toString('latin1').split('|');
    const row = Object.fromEntries(fields.map((name, i) => [name, cells[i]]));
    return { ...row, view_id: Number(row['view_id']), user_id: Number(row['user_id']) };
  },
});
`;

const fields = ['kind', 'view_id', 'at', 'user_id', 'price'];
const encoded = (schema: number, cells: readonly string[]): Buffer =>
  Buffer.concat([Buffer.from([schema]), Buffer.from(cells.join('|'))]);
const viewOf = (id: number, change: { readonly kind?: string } = {}): Buffer =>
  encoded(1, [change.kind ?? 'page', String(id), new Date().toISOString(), String(USER), '0.25']);

let kafka: TestKafka;
let database: TestDatabase;
let project: TemporaryProject;
let service: LiveService;

beforeAll(async () => {
  kafka = await startKafka();
  database = await testDatabase();
  project = await temporaryProject({ 'views.ts': viewsFeatures(topic, ['page', 'item']) });
  await mkdir(join(project.root, 'registry'));
  await writeFile(join(project.root, 'views-decoder.ts'), decoder(project.root));
  await kafka.createTopic(topic);
  await produce([viewOf(1), encoded(200, ['?']), viewOf(2, { kind: 'film' }), viewOf(3)]);
  const { user, host, database: name } = database.connection;
  service = await startService(
    kafka.brokers,
    {
      kafka: { groupId: unique('decoders'), decoders: { views: 'views-decoder.ts' } },
      history: {
        url: `postgres://${user}@localhost/${name}?host=${encodeURIComponent(host)}`,
        batchEvery: '50ms',
      },
    },
    { project: project.root },
  );
}, 180_000);

afterAll(async () => {
  await service?.close();
  await service?.remove();
  await database?.end();
  project?.remove();
  await kafka?.close();
}, 60_000);

async function produce(values: readonly Buffer[]): Promise<void> {
  const producer = kafka.client().producer();
  await producer.connect();
  await producer.send({ topic, messages: values.map(value => ({ value })) });
  await producer.disconnect();
}

const views = async (): Promise<unknown> => {
  const response = await fetch(`${service.addresses.http}/v1/groups/user_views?user_id=${USER}`);
  return ((await response.json()) as { values: Record<string, unknown> }).values['last_views'];
};

const refused = async (): Promise<Record<string, unknown>[]> => {
  const { rows } = await database.pool
    .query<Record<string, unknown>>(`select "offset"::int, reason, bytes from "history"."refused" order by 1`)
    .catch(() => ({ rows: [] }));
  return rows;
};

test('while the registry is away records wait: nothing is refused, and the service says why', async () => {
  await until('the decoder is said to wait', async () => {
    const [source] = (await service.status()).sources;
    return (
      source?.health === 'away' && source.detail?.includes('the decoder of views cannot prepare') === true
    );
  });
  const { sources } = await service.status();
  expect(sources[0]!.counters).toMatchObject({ counted: 0, refused: {} });
  expect(await views()).toEqual([]);
});

test('then all are read: what decodes counts, what does not is kept as it came off the wire', async () => {
  await writeFile(join(project.root, 'registry', '1.json'), JSON.stringify(fields));
  await service.caughtUp();
  expect(await views()).toEqual([3, 1]);
  const [source] = (await service.status()).sources;
  expect(source!).toMatchObject({ health: 'running', detail: null });
  expect(source!.counters).toMatchObject({ counted: 2, refused: { undecodable: 1, 'not-an-option': 1 } });
  await until('the history has them', async () => (await refused()).length === 2);
  const kept = await refused();
  expect(kept.map(({ offset, reason }) => [offset, reason])).toEqual([
    [1, 'undecodable'],
    [2, 'not-an-option'],
  ]);
  expect(kept[0]!['bytes']).toEqual(encoded(200, ['?']));
  expect((kept[1]!['bytes'] as Buffer).subarray(0, 7)).toEqual(encoded(1, ['film|2']).subarray(0, 7));
});

test('after a restart it goes on, with the decoder loaded anew', async () => {
  await produce([viewOf(4)]);
  service = await service.restart();
  await service.caughtUp();
  expect(await views()).toEqual([4, 3, 1]);
});

test('the history has them too, read by its own thread', async () => {
  await until('the history has all', async () => {
    const { rows } = await database.pool.query('select view_id::int from "history"."views" order by 1');
    return JSON.stringify(rows) === JSON.stringify([1, 3, 4].map(view_id => ({ view_id })));
  });
});
