/**
 * Orders, from the shop's database by change data capture. The features see the rows as they stand at the
 * instant of the read: an order that is corrected, cancelled or deleted changes every feature that counts it.
 */
import {
  changesOf,
  daysBetween,
  decimal,
  entity,
  features,
  int,
  perWindow,
  table,
  timestamp,
} from 'skewless';
import type { Row } from 'skewless';
import { z } from 'zod';

export const orders = table('orders', {
  schema: z.object({
    order_id: int(),
    customer_id: int(),
    status: z.enum(['placed', 'paid', 'shipped', 'delivered', 'cancelled']),
    total: decimal(12, 2),
    ordered_at: timestamp(),
  }),
  primaryKey: 'order_id',
  time: 'ordered_at',
  kafka: { topic: 'shop.public.orders' },
});

/** The lines of the orders. */
export const orderItems = table('order_items', {
  schema: z.object({
    order_id: int(),
    line: int(),
    customer_id: int(),
    product_id: int(),
    quantity: int(),
    /** Of the whole line. */
    amount: decimal(12, 2),
    ordered_at: timestamp(),
  }),
  primaryKey: ['order_id', 'line'],
  time: 'ordered_at',
  kafka: { topic: 'shop.public.order_items' },
});

export const products = table('products', {
  schema: z.object({ product_id: int(), name: z.string(), price: decimal(10, 2) }),
  primaryKey: 'product_id',
  kafka: { topic: 'shop.public.products' },
});

export const inventory = table('inventory', {
  schema: z.object({ product_id: int(), quantity: int() }),
  primaryKey: 'product_id',
  kafka: { topic: 'shop.public.inventory' },
});

export const customer = entity('customer', { customer_id: int() });
export const product = entity('product', { product_id: int() });
export const order = entity('order', { order_id: int() });

const isKept = (o: Row<typeof orders>) => o.status !== 'cancelled';

/** What a customer orders. Cancelled orders do not count. */
export const customerOrders = features('customer_orders', {
  entity: customer,
  owner: 'commerce',
  features: {
    ...perWindow('orders', ['7d', '30d'], over => ({
      /** Orders. */
      count: orders.count({ where: isKept, over }),
      /** Their total. */
      spend: orders.sum(o => o.total, { where: isKept, over, default: 0 }),
      /** Mean total of an order; null without one. */
      average: orders.avg(o => o.total, { where: isKept, over }),
      /** Standard deviation of the totals; null of fewer than two. */
      stddev: orders.stddev(o => o.total, { where: isKept, over }),
    })),
    /** Orders ever. */
    order_count: orders.count({ where: isKept }),
    /** Their total. */
    total_spend: orders.sum(o => o.total, { where: isKept, default: 0 }),
    /** The first order. */
    first_order_time: orders.min(o => o.ordered_at, { where: isKept }),
    /** The last order. */
    last_order_time: orders.max(o => o.ordered_at, { where: isKept }),
    /** How the last order stands now, cancelled or not. */
    current_status: orders.last(o => o.status),
    /** Total of the last order. */
    last_order_total: orders.last(o => o.total, { where: isKept }),
    /** Different products ordered in a year of 365 days. */
    distinct_products: orderItems.countDistinct(line => line.product_id, { over: '365d' }),
  },
})
  .derive({
    /** Days of 24 hours since the last order. */
    days_since_last_order: (f, t) => (f.last_order_time === null ? null : daysBetween(f.last_order_time, t)),
    /** Has spent more than 1000. */
    is_high_value: f => f.total_spend > 1000,
    /** Has ordered more than ten times. */
    is_frequent_buyer: f => f.order_count > 10,
    /** Mean days between two orders; null of fewer than two. */
    avg_days_between_orders: f =>
      f.first_order_time === null || f.last_order_time === null || f.order_count < 2
        ? null
        : daysBetween(f.first_order_time, f.last_order_time) / (f.order_count - 1),
    /** Orders a month of 30 days since the first order; null until a day has passed. */
    orders_per_month: (f, t) =>
      f.first_order_time === null || daysBetween(f.first_order_time, t) < 1
        ? null
        : f.order_count / (daysBetween(f.first_order_time, t) / 30),
    /** Orders a day of the last week, less those a day of the last month. */
    order_velocity: f => f.orders_7d_count / 7 - f.orders_30d_count / 30,
    /** Spend a day of the last week for each unit spent a day in the last month; null without spend. */
    spend_acceleration: f =>
      f.orders_30d_spend === 0 ? null : f.orders_7d_spend / 7 / (f.orders_30d_spend / 30),
  })
  .derive({
    /** Has waited more than twice as long as usual. */
    is_overdue: f =>
      f.days_since_last_order !== null &&
      f.avg_days_between_orders !== null &&
      f.days_since_last_order > 2 * f.avg_days_between_orders,
  });

/** How a product sells. */
export const productSales = features('product_sales', {
  entity: product,
  owner: 'commerce',
  features: {
    /** Units sold in 7 days. */
    units_sold_7d: orderItems.sum(line => line.quantity, { over: '7d', default: 0 }),
    /** What they brought. */
    revenue_7d: orderItems.sum(line => line.amount, { over: '7d', default: 0 }),
    /** Different customers in 7 days. */
    unique_customers_7d: orderItems.countDistinct(line => line.customer_id, { over: '7d' }),
    /** How often the price changed in 30 days. */
    price_changes_30d: changesOf(products).changes(c => c.after?.price, { over: '30d' }),
    /** The price now. */
    current_price: products.latest(p => p.price),
    /** Units in stock now; null for a product without inventory. */
    current_inventory: inventory.latest(i => i.quantity),
  },
}).derive({
  /** Units a day of the last week. */
  sales_per_day: f => f.units_sold_7d / 7,
  /** Days until the stock is sold at this pace; null without sales or inventory. */
  days_of_stock: f =>
    f.current_inventory === null || f.units_sold_7d === 0
      ? null
      : f.current_inventory / (f.units_sold_7d / 7),
});

/** How an order moves on. */
export const orderProgress = features('order_progress', {
  entity: order,
  owner: 'commerce',
  features: {
    /** How it stands; null for an order that is not there. */
    status: orders.latest(o => o.status),
    /** How often the status changed. */
    status_changes: changesOf(orders).changes(c => c.after?.status, { over: '365d' }),
    /** Hours between the last two changes of status, the first being its placing. */
    hours_between_status_changes: changesOf(orders).timeBetween({
      where: c => c.after !== null && c.before?.status !== c.after.status,
      unit: 'h',
    }),
    /** Hours since the status last changed. */
    hours_in_status: changesOf(orders).timeSince({
      where: c => c.after !== null && c.before?.status !== c.after.status,
      unit: 'h',
    }),
  },
});
