import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Random } from '../../support/random.ts';

/** What a Debezium connector tells of a table's old rows. */
export type ReplicaIdentity = 'default' | 'full';

/** How the database keeps `ordered_at`: Debezium has a form of its own for each. */
export type TimeColumn = 'timestamptz' | 'timestamp' | 'timestamp(3)';

export const shopTables = ['orders', 'order_items', 'products', 'inventory'] as const;
export type ShopTable = (typeof shopTables)[number];

/** Keys above all others: the rows that say goodbye. */
export const lastKey = 1_000_000;

/** The products that are sold while the connector comes: more than there is time for. */
export const sold = { first: 1001, last: 1500 };

const statuses = ['placed', 'paid', 'shipped', 'delivered', 'cancelled'];

/** The tables of features/orders.ts. A product's name is kept out of line: an update that leaves it does not tell it. */
export async function createShop(pool: pg.Pool, identity: ReplicaIdentity, time: TimeColumn): Promise<void> {
  await pool.query(`
    create table orders (order_id bigint primary key, customer_id bigint not null, status text not null,
      total numeric(12, 2) not null, ordered_at ${time} not null);
    create table order_items (order_id bigint, line integer, customer_id bigint not null, product_id bigint not null,
      quantity integer not null, amount numeric(12, 2) not null, ordered_at ${time} not null,
      primary key (order_id, line));
    create table products (product_id bigint primary key, name text not null, price numeric(10, 2) not null);
    alter table products alter column name set storage external;
    create table inventory (product_id bigint primary key, quantity integer not null);
  `);
  for (const table of shopTables) await pool.query(`alter table ${table} replica identity ${identity}`);
}

/** A shop in the database, and somebody who works in it. Random choices alone decide what happens. */
export class Shop {
  #nextOrder = 1;

  constructor(
    readonly pool: pg.Pool,
    readonly random: Random,
  ) {}

  /** Rows that are there before the connector comes. */
  async open(): Promise<void> {
    for (let product = 1; product <= 8; product += 1) {
      await this.pool.query('insert into products values ($1, $2, $3)', [
        product,
        this.#name(),
        this.#amount(),
      ]);
      await this.pool.query('insert into inventory values ($1, $2)', [product, this.random.below(500)]);
    }
    await this.pool.query(
      `insert into products select i, 'product ' || i, i from generate_series(${sold.first}, ${sold.last}) i`,
    );
    for (let i = 0; i < 25; i += 1) await this.#transaction(client => this.#order(client));
  }

  /** So many transactions, each of one to four changes; some are rolled back. */
  async work(transactions: number): Promise<void> {
    for (let i = 0; i < transactions; i += 1) {
      await this.#transaction(async client => {
        for (let n = this.random.between(1, 4); n > 0; n -= 1) await this.#change(client);
      });
    }
  }

  /**
   * Raises the price of one product after the other, each once, in transactions that overlap, until `done`: whatever
   * happens meanwhile happens between two changes, and in the middle of others.
   */
  async sellWhile(done: Promise<unknown>): Promise<void> {
    let isDone = false;
    let product = sold.first;
    const sell = async (): Promise<void> => {
      while (!isDone && product <= sold.last) {
        const mine = product++;
        const client = await this.pool.connect();
        try {
          await client.query('begin');
          await client.query('update products set price = price + 0.25 where product_id = $1', [mine]);
          await sleep(15);
          await client.query('commit');
        } finally {
          client.release();
        }
      }
    };
    const sellers = Promise.all([sell(), sell(), sell()]);
    await done.finally(() => (isDone = true));
    await sellers;
  }

  /** All stock is counted anew. */
  async countStock(): Promise<void> {
    await this.pool.query('truncate inventory');
    for (let product = 1; product <= 6; product += 1) {
      await this.pool.query('insert into inventory values ($1, $2)', [product, this.random.below(500)]);
    }
  }

  /** A last row in every table, by which readers know that all has come. */
  async close(): Promise<void> {
    const at = this.#instant();
    await this.pool.query(`insert into orders values (${lastKey}, ${lastKey}, 'placed', 1, '${at}')`);
    await this.pool.query(
      `insert into order_items values (${lastKey}, 1, ${lastKey}, ${lastKey}, 1, 1, '${at}')`,
    );
    await this.pool.query(`insert into products values (${lastKey}, 'the last', 1)`);
    await this.pool.query(`insert into inventory values (${lastKey}, 1)`);
  }

  async #transaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      await work(client);
      await client.query(this.random.chance(0.1) ? 'rollback' : 'commit');
    } finally {
      client.release();
    }
  }

  async #change(client: pg.PoolClient): Promise<void> {
    const { random } = this;
    const order = random.between(1, this.#nextOrder);
    const product = random.between(1, 10);
    switch (random.below(10)) {
      case 0:
      case 1:
        return this.#order(client);
      case 2:
      case 3:
        await client.query('update orders set status = $2 where order_id = $1', [
          order,
          random.pick(statuses),
        ]);
        return;
      case 4:
        // Another customer: the row moves from entity to entity, and its primary key may change as well.
        await client.query(
          'update orders set customer_id = $2, total = $3, order_id = order_id + $4 where order_id = $1',
          [order, random.between(1, 8), this.#amount(), random.chance(0.5) ? 0 : 10_000],
        );
        return;
      case 5:
        await client.query('delete from order_items where order_id = $1', [order]);
        await client.query('delete from orders where order_id = $1', [order]);
        return;
      case 6:
        await client.query('update products set price = $2 where product_id = $1', [product, this.#amount()]);
        return;
      case 7:
        await client.query(
          `insert into products values ($1, $2, $3) on conflict (product_id) do update set name = excluded.name`,
          [product, this.#name(), this.#amount()],
        );
        return;
      case 8:
        await client.query(
          'update order_items set quantity = quantity + 1, amount = $2 where order_id = $1',
          [order, this.#amount()],
        );
        return;
      default:
        await client.query('update inventory set quantity = $2 where product_id = $1', [
          product,
          random.below(500),
        ]);
        if (random.chance(0.2)) await client.query('delete from products where product_id = $1', [product]);
    }
  }

  async #order(client: pg.PoolClient): Promise<void> {
    const order = this.#nextOrder;
    this.#nextOrder += 1;
    const customer = this.random.between(1, 8);
    const at = this.#instant();
    await client.query('insert into orders values ($1, $2, $3, $4, $5)', [
      order,
      customer,
      this.random.pick(statuses),
      this.#amount(),
      at,
    ]);
    for (let line = 1; line <= this.random.between(0, 3); line += 1) {
      await client.query('insert into order_items values ($1, $2, $3, $4, $5, $6, $7)', [
        order,
        line,
        customer,
        this.random.between(1, 10),
        this.random.between(1, 5),
        this.#amount(),
        at,
      ]);
    }
  }

  #amount(): string {
    return (this.random.below(1_000_000) / 100).toFixed(2);
  }

  /** Too long to stay in the row. */
  #name(): string {
    return String(this.random.word()).repeat(400);
  }

  /** In the last 40 days or so; whole milliseconds, for not every form that Debezium has for it keeps more. */
  #instant(): string {
    return new Date(Date.now() - this.random.below(40 * 86_400_000)).toISOString();
  }
}
