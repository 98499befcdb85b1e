import { readFileSync } from 'node:fs';
import type { ServingPlan } from '../../../runtime/serve/plan.ts';
import { categoryOf, keyCounts, ownerOf } from './keys.ts';
import type { Key } from './keys.ts';

const worked = ['shop.ts', 'flights.ts', 'orders.ts'];

/**
 * Feature modules by path: worked examples as they are, over streams and changelogs, and beside them a feature of
 * every structure that they leave out: sketches, modes, distinct lists, tiles, changes, lifetime sums, ranks.
 */
export function crashModules(): Record<string, string> {
  const modules = worked.map(file => {
    return [file, readFileSync(new URL(`../../../features/${file}`, import.meta.url), 'utf8')] as const;
  });
  return { ...Object.fromEntries(modules), 'structures.ts': structures };
}

const structures = `
import { changesOf, entity, features, int } from 'skewless';
import { transactions, userEvents } from './shop.ts';
import { orders } from './orders.ts';

export const visitor = entity('visitor', { user_id: int() });
export const payment = entity('payment', { transaction_id: int() });

const isBought = (e: { event_type: string }) => e.event_type === 'purchase';

export const visitorStructures = features('visitor_structures', {
  entity: visitor,
  features: {
    events: userEvents.count(),
    revenue: userEvents.sum(e => e.revenue),
    revenue_1h: userEvents.sum(e => e.revenue, { over: '1h' }),
    revenue_spread_1h: userEvents.stddev(e => e.revenue, { over: '1h' }),
    revenue_p90_2h: userEvents.percentile(e => e.revenue, 0.9, { over: '2h' }),
    revenue_median_last_9: userEvents.median(e => e.revenue, { last: 9 }),
    largest_1h: userEvents.max(e => e.revenue, { over: '1h', step: '5m' }),
    smallest_40m: userEvents.min(e => e.revenue, { over: '40m' }),
    items_20m: userEvents.countDistinct(e => e.item_id, { over: '20m', delay: '2m' }),
    about_items_2h: userEvents.approxCountDistinct(e => e.item_id, { over: '2h' }),
    about_median_2h: userEvents.approxPercentile(e => e.revenue, 0.5, { over: '2h' }),
    category_mode_1h: userEvents.mode(e => e.category, { over: '1h' }),
    top_types_1h: userEvents.topK(2, e => e.event_type, { over: '1h' }),
    categories_15m: userEvents.distinct(e => e.category, { over: '15m' }),
    last_items: userEvents.last(4, e => e.item_id),
    first_session: userEvents.first(e => e.session_id),
    type_changes_30m: userEvents.changes(e => e.event_type, { over: '30m' }),
    has_bought_1h: userEvents.any(isBought, { over: '1h' }),
    idle: userEvents.timeSince({ where: e => e.category !== null }),
    refreshed_5m: userEvents.count({ over: '10m', refresh: '1m' }),
    paid: transactions.sum(p => p.amount, { default: 0 }),
    payment_states_30d: transactions.countDistinct(p => p.status, { over: '30d' }),
    payment_p50_30d: transactions.percentile(p => p.amount, 0.5, { over: '30d' }),
  },
});

export const paymentStructures = features('payment_structures', {
  entity: payment,
  features: {
    status: transactions.latest(p => p.status),
    status_changes_7d: changesOf(transactions).changes(c => c.after?.status, { over: '7d' }),
    since_change: changesOf(transactions).timeSince({ where: c => c.before?.status !== c.after?.status }),
    versions: changesOf(transactions).count(),
  },
});

export const orderedByCustomer = features('ordered_by_customer', {
  entity: entity('buyer', { customer_id: int() }),
  features: {
    states_90d: orders.distinct(o => o.status, { over: '90d' }),
    largest_90d: orders.max(o => o.total, { over: '90d' }),
    usual_status_90d: orders.mode(o => o.status, { over: '90d' }),
  },
});
`;

/** What is read: every key that may have features, and one that has none, of every group and vector. */
export interface Reading {
  readonly kind: 'group' | 'vector';
  readonly name: string;
  readonly keys: readonly Key[];
}

export function everyKey({ served }: ServingPlan): Reading[] {
  return served.map(({ kind, name, inputs }) => ({ kind, name, keys: keysOf(inputs) }));
}

function keysOf(columns: readonly { readonly name: string }[]): readonly Key[] {
  const names = columns.map(({ name }) => name).join();
  const keys = domains[names];
  if (keys === undefined) throw new Error(`the crash test has no keys for (${names})`);
  return keys;
}

/** From 0, which no record has, to `count`. */
function numbered<T>(count: number, of: (n: number) => T): T[] {
  return Array.from({ length: count + 1 }, (_, n) => of(n));
}

const routes = numbered(keyCounts.airports, from =>
  numbered(keyCounts.airports, to => ({ origin: `A${from}`, destination: `A${to}` })),
).flat();

const domains: Readonly<Record<string, readonly Key[]>> = {
  user_id: numbered(keyCounts.users, user_id => ({ user_id })),
  session_id: numbered(keyCounts.sessions, n => ({ session_id: `s-${n}` })),
  'session_id,user_id': numbered(keyCounts.sessions, n => ({ session_id: `s-${n}`, user_id: ownerOf(n) })),
  'item_id,category': numbered(keyCounts.items, item_id => ({ item_id, category: categoryOf(item_id) })),
  airport: numbered(keyCounts.airports, n => ({ airport: `A${n}` })),
  'origin,destination': routes,
  'origin,destination,distance': routes.slice(0, 30).map((route, n) => ({ ...route, distance: 100 * n })),
  customer_id: numbered(keyCounts.customers, customer_id => ({ customer_id })),
  product_id: numbered(keyCounts.products, product_id => ({ product_id })),
  order_id: numbered(keyCounts.orders, order_id => ({ order_id })),
  transaction_id: numbered(keyCounts.transactions, transaction_id => ({ transaction_id })),
};
