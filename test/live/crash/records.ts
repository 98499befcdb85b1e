import type { Random } from '../../support/random.ts';
import { categoryOf, keyCounts, ownerOf } from './keys.ts';
import { RECENT } from './recent.ts';
import { TableRows } from './table-rows.ts';

/** A message to be sent. Those of one key go to one partition. */
export interface CrashMessage {
  readonly source: string;
  readonly key: string;
  readonly value: string | null;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Messages of all kinds. Events: punctual, late, early, out of order, the same id again. Rows: made, changed, deleted,
 * truncated, delivered again, tombstones. And between them what no schema takes.
 */
export class CrashRecords {
  readonly #random: Random;
  readonly #tables: readonly TableRows[];
  readonly #recent: CrashMessage[] = [];
  #events = 0;
  #lsn = 1_000;

  constructor(random: Random) {
    this.#random = random;
    const nextLsn = (): number => (this.#lsn += random.between(8, 400));
    this.#tables = tables(random).map(shape => new TableRows(random, shape, nextLsn));
  }

  /** @param now the instant around which it happens, ms */
  next(now: number): CrashMessage {
    const random = this.#random;
    if (random.chance(0.01)) return this.#poison();
    const draw = random.fraction();
    if (draw < 0.55) return this.#userEvent(now);
    if (draw < 0.7) return this.#flight(now);
    return random.pick(this.#tables).next(now);
  }

  #poison(): CrashMessage {
    const random = this.#random;
    const source = random.pick(['user_events', 'flights', ...this.#tables.map(({ source }) => source)]);
    const value = random.pick([
      ...['{"event_id":', '[]', '{}', '"text"', '{"event_id":1e400}', '\u0000', ''],
      ...['{"op":"x","after":{}}', '{"op":"c","before":null,"after":null,"source":{"lsn":1}}'],
      '{"scheduled_departure":1,"delay":0.5,"distance":1,"origin":"A1","destination":"\\ud800"}',
    ]);
    return { source, key: `poison-${random.below(9)}`, value };
  }

  #userEvent(now: number): CrashMessage {
    const random = this.#random;
    // A producer that is not sure sends again, at times: the same message, in the same partition.
    if (this.#recent.length > 0 && random.chance(0.06)) return random.pick(this.#recent);
    const session = random.between(1, keyCounts.sessions);
    const user_id = random.chance(0.9) ? ownerOf(session) || 1 : random.between(1, keyCounts.users);
    const item_id = random.between(1, keyCounts.items);
    const event_type = random.pick(['click', 'view', 'view', 'add_to_cart', 'purchase']);
    const late = random.pick([0, 0, 0, 0, random.below(9 * MINUTE), random.below(80 * MINUTE)]);
    const at = random.chance(0.01) ? now + 3 * DAY : now - late + random.below(1_500);
    const message = {
      source: 'user_events',
      key: String(user_id),
      value: JSON.stringify({
        event_id: (this.#events += 1),
        user_id,
        session_id: `s-${session}`,
        item_id,
        event_type,
        category: random.chance(0.2) ? null : categoryOf(item_id),
        revenue: event_type === 'purchase' ? money(random, 500) : null,
        event_time: new Date(at).toISOString(),
      }),
    };
    this.#recent.push(message);
    if (this.#recent.length > RECENT) this.#recent.shift();
    return message;
  }

  /** Known when it has left, `delay` minutes after it should have. */
  #flight(now: number): CrashMessage {
    const random = this.#random;
    const delay = random.chance(0.6) ? -random.below(10) : random.below(240);
    const origin = `A${random.between(1, keyCounts.airports)}`;
    const value = JSON.stringify({
      scheduled_departure: now * 1000 - Math.max(delay, 0) * MINUTE * 1000,
      delay,
      distance: random.between(50, 3000),
      origin,
      destination: `A${random.between(1, keyCounts.airports)}`,
    });
    return { source: 'flights', key: origin, value };
  }
}

/** Digits as they are, never through a double that would write others. */
function money(random: Random, most: number): string {
  return (random.below(most * 100) / 100).toFixed(2);
}

const ago = (random: Random, now: number, days: number): string =>
  new Date(now - random.below(days * DAY)).toISOString();

/** The tables of the worked examples. */
function tables(random: Random) {
  return [
    {
      source: 'users',
      key: () => ({ user_id: random.between(1, keyCounts.users) }),
      row: (now: number) => ({
        country: random.pick(['DE', 'FR', 'US', null]),
        device: random.pick(['desktop', 'mobile', 'tablet', null]),
        created_at: ago(random, now, 900),
      }),
      fixed: ['created_at'],
    },
    {
      source: 'transactions',
      key: () => ({ transaction_id: random.between(1, keyCounts.transactions) }),
      row: (now: number) => ({
        user_id: random.between(1, keyCounts.users),
        amount: money(random, 900),
        status: random.pick(['pending', 'completed', 'refunded']),
        created_at: ago(random, now, 40),
      }),
      fixed: ['created_at', 'amount'],
    },
    {
      source: 'orders',
      key: () => ({ order_id: random.between(1, keyCounts.orders) }),
      row: (now: number) => ({
        customer_id: random.between(1, keyCounts.customers),
        status: random.pick(['placed', 'paid', 'shipped', 'delivered', 'cancelled']),
        total: money(random, 2_000),
        ordered_at: ago(random, now, 120),
      }),
      fixed: ['ordered_at', 'total'],
    },
    {
      source: 'order_items',
      key: () => ({ order_id: random.between(1, keyCounts.orders), line: random.between(1, 3) }),
      row: (now: number) => ({
        customer_id: random.between(1, keyCounts.customers),
        product_id: random.between(1, keyCounts.products),
        quantity: random.between(1, 9),
        amount: money(random, 700),
        ordered_at: ago(random, now, 20),
      }),
      fixed: ['ordered_at', 'customer_id'],
    },
    {
      source: 'products',
      key: () => ({ product_id: random.between(1, keyCounts.products) }),
      row: () => ({ name: `product ${random.below(1_000)}`, price: money(random, 300) }),
      fixed: ['name'],
    },
    {
      source: 'inventory',
      key: () => ({ product_id: random.between(1, keyCounts.products) }),
      row: () => ({ quantity: random.below(400) }),
      fixed: [],
    },
  ] as const;
}
