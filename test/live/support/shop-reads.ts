import type pg from 'pg';
import { parseInstant } from '../../../kernels/instant.ts';
import { Engine } from '../../../runtime/index.ts';
import type { StreamProgram } from '../../../runtime/index.ts';
import type { LoggedRecord } from '../../support/history/history.ts';
import type { Random } from '../../support/random.ts';
import type { Read, Session, Value } from '../../support/three-ways/read.ts';
import { lastKey, sold } from './shop-database.ts';
import { asText } from './shop-log.ts';

const hour = 3_600_000_000;

/** Reads of all groups of a shop for every key there may be, at instants around its records. */
export function shopSession(
  records: readonly LoggedRecord[],
  knowledge: Session['knowledge'],
  random: Random,
): Session {
  const end = records.at(-1)!.effectiveArrival;
  const begin = records[0]!.effectiveArrival;
  const instants = Array.from({ length: 4 }, () => {
    const arrival = random.pick(records).effectiveArrival;
    return Math.max(begin, arrival + random.pick([-1, 0, 1, 1000, 500_000]));
  });
  // Every read is within the lookback of the last.
  const at = [...instants, end, end + hour / 2].sort((a, b) => a - b);
  switch (knowledge) {
    case 'arrival':
      return {
        knowledge,
        order: records,
        steps: at.map(t => ({ consumed: knownBy(records, t), reads: readsAt(t, random) })),
      };
    case 'frontier': {
      const order = interleaved(records, random);
      const consumed = at.map(() => random.below(order.length + 1)).sort((a, b) => a - b);
      return {
        knowledge,
        order,
        steps: at.map((t, i) => ({ consumed: consumed[i]!, reads: readsAt(t, random) })),
      };
    }
    case 'hindsight':
      return {
        knowledge,
        order: interleaved(records, random),
        steps: [{ consumed: records.length, reads: at.flatMap(t => readsAt(t, random)) }],
      };
  }
}

function knownBy(records: readonly LoggedRecord[], t: number): number {
  const later = records.findIndex(({ effectiveArrival }) => effectiveArrival > t);
  return later < 0 ? records.length : later;
}

function readsAt(t: number, random: Random): Read[] {
  const read = (name: string, request: Read['request']): Read => ({
    kind: 'group',
    name,
    request,
    t,
    before: random.chance(0.2),
    knownAt: t,
  });
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  return [
    ...range(9).map(customer_id => read('customer_orders', { customer_id })),
    ...range(10).map(product_id => read('product_sales', { product_id })),
    ...range(10).map(product_id => read('product_names', { product_id })),
    ...range(12).map(() => {
      const order_id = random.between(1, 60) + (random.chance(0.2) ? 10_000 : 0);
      return read('order_progress', { order_id });
    }),
  ];
}

/** Another interleaving of the partitions; each keeps its order. */
function interleaved(records: readonly LoggedRecord[], random: Random): LoggedRecord[] {
  const partitions = new Map<string, LoggedRecord[]>();
  for (const record of records) {
    const place = `${record.source} ${record.partition}`;
    const partition = partitions.get(place) ?? [];
    partitions.set(place, partition);
    partition.push(record);
  }
  const waiting = [...partitions.values()].map(log => ({ log, next: 0 }));
  const order: LoggedRecord[] = [];
  while (waiting.length > 0) {
    const at = random.below(waiting.length);
    const { log, next } = waiting[at]!;
    const until = next + random.between(1, 20);
    order.push(...log.slice(next, until));
    waiting[at]!.next = until;
    if (until >= log.length) waiting.splice(at, 1);
  }
  return order;
}

/** What the engine tells of the shop when it has taken in all records, and what the database itself says. */
export interface Fact {
  readonly name: string;
  readonly told: Value;
  readonly truth: Value;
}

export async function shopFacts(
  program: StreamProgram,
  records: readonly LoggedRecord[],
  pool: pg.Pool,
): Promise<Fact[]> {
  const engine = new Engine(program);
  for (const record of records) engine.ingest(record);
  const t = records.at(-1)!.effectiveArrival + 60_000_000;
  const facts: Fact[] = [];
  const compare = (group: string, keys: Record<string, number>, truths: Record<string, Value>): void => {
    const values = engine.readGroup(group, keys, t);
    for (const [feature, truth] of Object.entries(truths)) {
      const name = `${group}.${feature} of ${Object.values(keys).join()}`;
      facts.push({ name, told: brief(values[feature] as Value), truth: brief(truth) });
    }
  };

  for (let customer_id = 1; customer_id <= 9; customer_id += 1) {
    const [row] = await rows(
      pool,
      `select count(*) filter (where status <> 'cancelled') as orders,
        coalesce(sum(total) filter (where status <> 'cancelled'), 0) as spend,
        (array_agg(status order by ordered_at desc, order_id desc))[1] as status,
        to_char(min(ordered_at) filter (where status <> 'cancelled'), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as first
      from orders where customer_id = ${customer_id}`,
    );
    compare(
      'customer_orders',
      { customer_id },
      {
        order_count: Number(row!['orders']),
        total_spend: Number(row!['spend']),
        current_status: row!['status'] ?? null,
        first_order_time: row!['first'] == null ? null : parseInstant(row!['first']),
      },
    );
  }
  for (const product_id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, lastKey]) {
    const [product] = await rows(pool, `select name, price from products where product_id = ${product_id}`);
    const [stock] = await rows(pool, `select quantity from inventory where product_id = ${product_id}`);
    const [sold] = await rows(
      pool,
      `select count(distinct customer_id) as customers, coalesce(sum(quantity), 0) as units from order_items
       where product_id = ${product_id} and ordered_at > now() at time zone 'UTC' - interval '7 days'`,
    );
    compare('product_names', { product_id }, { name: product?.['name'] ?? null });
    compare(
      'product_sales',
      { product_id },
      {
        current_price: product === undefined ? null : Number(product['price']),
        current_inventory: stock === undefined ? null : Number(stock['quantity']),
        units_sold_7d: Number(sold!['units']),
        unique_customers_7d: Number(sold!['customers']),
      },
    );
  }
  for (const product of await rows(
    pool,
    `select product_id, price from products where product_id between ${sold.first} and ${sold.last}`,
  )) {
    const product_id = Number(product['product_id']);
    compare('product_sales', { product_id }, { current_price: Number(product['price']) });
  }
  const standing = new Map(
    (await rows(pool, 'select order_id, status from orders')).map(row => [
      Number(row['order_id']),
      row['status']!,
    ]),
  );
  const known = records.flatMap(({ source, key }) =>
    source === 'orders' ? [Number(/"order_id":(\d+)/.exec(asText(key))?.[1])] : [],
  );
  for (const order_id of new Set(known.filter(Number.isSafeInteger)))
    compare('order_progress', { order_id }, { status: standing.get(order_id) ?? null });
  return facts;
}

/** Names are long; what they begin with and their length tells them apart. */
function brief(value: Value): Value {
  return typeof value === 'string' && value.length > 40 ? `${value.slice(0, 20)}… (${value.length})` : value;
}

/** Rows as text. */
async function rows(pool: pg.Pool, query: string): Promise<Record<string, string | null>[]> {
  const { rows: found } = await pool.query<Record<string, string | null>>({
    text: query,
    types: { getTypeParser: () => (value: unknown) => value as string },
  } as pg.QueryConfig);
  return found;
}
