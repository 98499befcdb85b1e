import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../runtime/postgres/embedded.ts';
import type { PostgresServer } from '../../runtime/postgres/embedded.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import type { PostgresConnection } from '../../runtime/postgres/pool.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import { PATIENCE } from '../support/patient.ts';
import { Random } from '../support/random.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { shapes } from '../support/three-ways/by-sql.ts';
import { isSame } from '../support/three-ways/compare.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { evaluate } from '../support/three-ways/evaluate.ts';
import { reportDifferences } from '../support/three-ways/report.ts';
import { startConnect } from './support/connect.ts';
import type { TestConnect } from './support/connect.ts';
import { startKafka } from './support/kafka.ts';
import type { TestKafka } from './support/kafka.ts';
import { freePort } from './support/ports.ts';
import { Shop, createShop, shopTables } from './support/shop-database.ts';
import type { ReplicaIdentity, TimeColumn } from './support/shop-database.ts';
import { ShopLog, asText } from './support/shop-log.ts';
import { shopFacts, shopSession } from './support/shop-reads.ts';

// Debezium's own connector reads a real database, through its snapshot and on, into a real Kafka. Oracle, stream and
// SQL must agree on what came; and at the end they must say what stands in the database, of which none has heard
// otherwise.

interface Combination {
  /** Whether each message carries its schema. */
  readonly schemas: boolean;
  readonly decimals: 'precise' | 'string' | 'double';
  readonly times: 'adaptive' | 'adaptive_time_microseconds' | 'connect';
  readonly column: TimeColumn;
  readonly identity: ReplicaIdentity;
}

const combinations: readonly Combination[] = [
  { schemas: true, decimals: 'precise', times: 'adaptive', column: 'timestamptz', identity: 'default' },
  { schemas: false, decimals: 'string', times: 'adaptive', column: 'timestamp', identity: 'full' },
  { schemas: true, decimals: 'double', times: 'connect', column: 'timestamp(3)', identity: 'default' },
  {
    schemas: false,
    decimals: 'double',
    times: 'adaptive_time_microseconds',
    column: 'timestamptz',
    identity: 'default',
  },
];

const titleOf = ({ schemas, decimals, times, column, identity }: Combination): string =>
  `${schemas ? 'with' : 'without'} schemas, decimals ${decimals}, time ${times} of ${column}, identity ${identity}`;

/** What features/orders.ts leaves out: a column that an update may leave untold. */
const moreFeatures = `
import { changesOf, features } from 'skewless';
import { product, products } from './orders.ts';
export const productNames = features('product_names', {
  entity: product,
  features: {
    name: products.latest(p => p.name),
    names: changesOf(products).changes(c => c.after?.name, { over: '30d' }),
  },
});
`;

/** A shop with a connector of its own. */
interface Connected {
  readonly combination: Combination;
  readonly shop: Shop;
  readonly connector: string;
  readonly log: ShopLog;
  /** What Kafka held when the shop had closed. */
  records: readonly LoggedRecord[];
}

const run = randomBytes(4).toString('hex');
const seed = 20_261_120;
let kafka: TestKafka;
let connect: TestConnect;
let server: PostgresServer;
let project: TemporaryProject;
let history: ProgramDatabase;
let all: readonly Connected[] = [];

beforeAll(async () => {
  const port = await freePort();
  const settings = { wal_level: 'logical', max_wal_senders: '8', max_replication_slots: '8' };
  const orders = readFileSync(new URL('../../features/orders.ts', import.meta.url), 'utf8');
  kafka = await startKafka();
  [connect, server, project] = await Promise.all([
    startConnect(kafka.brokers),
    startEmbeddedPostgres({ port, settings, existingServer: '' }),
    temporaryProject({ 'orders.ts': orders, 'names.ts': moreFeatures }),
  ]);
  history = await databaseFor(project.program.sql);

  all = await Promise.all(combinations.map((combination, i) => openShop(combination, i)));
  await Promise.all(
    all.map(async ({ shop, connector }) => {
      await shop.work(30);
      await connect.untilPositionStored(connector);
      await shop.work(10);
    }),
  );
  // What is written while no connector reads must come all the same; what it has sent before may come again.
  await connect.kill();
  await Promise.all(all.map(({ shop }) => shop.work(20)));
  await connect.start();
  await Promise.all(
    all.map(async connected => {
      await untilStreaming(connected);
      await connected.shop.countStock();
      await connected.shop.work(40);
      await connected.shop.close();
      await connected.log.untilLast();
      // A connector that ends sends what it still holds.
      await connect.removeConnector(connected.connector);
      connected.records = await connected.log.readAll();
    }),
  );
});

afterAll(async () => {
  await connect?.close();
  await Promise.all(all.map(({ shop, log }) => Promise.all([shop.pool.end(), log.close()])));
  await history?.end();
  project?.remove();
  await server?.stop();
  await kafka?.close();
});

async function openShop(combination: Combination, index: number): Promise<Connected> {
  const database = await server.createDatabase(`shop_${index}`);
  const connector = `shop-${run}-${index}`;
  const shop = new Shop(createPool(database), new Random(seed + index));
  await createShop(shop.pool, combination.identity, combination.column);
  await shop.open();
  for (const table of shopTables)
    await kafka.createTopic(`${connector}.public.${table}`, { partitions: table === 'orders' ? 3 : 1 });
  const connected = { combination, shop, connector, log: new ShopLog(kafka, connector), records: [] };
  const comes = connect.putConnector(connector, connectorSettings(combination, connector, database));
  await shop.sellWhile(comes.then(() => untilStreaming(connected)));
  return connected;
}

/** Until the snapshot is done and the connector reads the database's log. */
async function untilStreaming({ shop, connector }: Connected): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const { rows } = await shop.pool.query<{ active: boolean }>(
      'select active from pg_replication_slots where slot_name = $1',
      [connector.replaceAll('-', '_')],
    );
    if (rows[0]?.active === true) return;
    if (performance.now() > deadline)
      throw new Error(`${connector} does not read the log\n${await connect.log()}`);
    await sleep(20);
  }
}

function connectorSettings(
  { schemas, decimals, times }: Combination,
  name: string,
  database: PostgresConnection,
): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'plugin.name': 'pgoutput',
    'database.hostname': '127.0.0.1',
    'database.port': String(database.port),
    'database.user': database.user,
    'database.password': 'any',
    'database.dbname': database.database,
    'topic.prefix': name,
    'slot.name': name.replaceAll('-', '_'),
    'publication.name': name.replaceAll('-', '_'),
    'decimal.handling.mode': decimals,
    'time.precision.mode': times,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': String(schemas),
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': String(schemas),
    // By default Debezium keeps truncates to itself.
    'skipped.operations': 'none',
    'poll.interval.ms': '20',
  };
}

describe.each(combinations.map((combination, index) => [titleOf(combination), index] as const))(
  '%s',
  (_title, index) => {
    test('brings every form of message there is', () => {
      const { records, combination } = all[index]!;
      const values = records.map(({ value }) => (value === null ? null : asText(value)));
      const having = (text: string): number => values.filter(value => value?.includes(text)).length;
      const counts = {
        snapshot: having('"op":"r"'),
        created: having('"op":"c"'),
        updated: having('"op":"u"'),
        deleted: having('"op":"d"'),
        truncated: having('"op":"t"'),
        tombstones: values.filter(value => value === null).length,
        unavailable: having('"__debezium_unavailable_value"'),
      };
      for (const [form, count] of Object.entries(counts)) {
        if (form === 'unavailable' && combination.identity === 'full') continue;
        expect(count, form).toBeGreaterThan(0);
      }
      expect(having('"schema":{"type":"struct"')).toBe(
        combination.schemas ? values.length - counts.tombstones : 0,
      );
    });

    test('gives the same in stream, SQL and oracle, whenever it is read', async () => {
      const { records } = all[index]!;
      const random = new Random(seed + 100 + index);
      const knowledge = (['arrival', 'frontier', 'hindsight', 'arrival'] as const)[index]!;
      const session = shopSession(records, knowledge, random);
      const sides = { database: history, shapes: [shapes[index]!], random };
      const outcome = await evaluate(project.program, session, sides);
      if (outcome.differences.length + outcome.verdictDifferences.length > 0)
        throw new Error(`${knowledge}, ${shapes[index]!}: ${reportDifferences(outcome, seed)}`);
      expect(outcome.values).toBeGreaterThan(1000);
      expect(outcome.verdicts.get('refused') ?? 0).toBe(0);
    });

    test('says at the end what stands in the database', async () => {
      const { records, shop } = all[index]!;
      const facts = await shopFacts(project.program.stream, records, shop.pool);
      expect(facts.length).toBeGreaterThan(100);
      expect(facts.filter(({ told, truth }) => !isSame(told, truth))).toEqual([]);
    });
  },
);
