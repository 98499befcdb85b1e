import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { shopLog } from '../../bench/shop-log.ts';
import { createClient } from '../../generated/client/index.ts';
import { serving } from '../../generated/serving.ts';
import { program } from '../../generated/stream/index.ts';
import { accessor } from '../../runtime/client/accessor.ts';
import { isFallback } from '../../runtime/client/fallback.ts';
import { accessorPlanOf } from '../../runtime/client/plan.ts';
import { redis as redisClient } from '../../runtime/client/redis.ts';
import type { ClosableTransport } from '../../runtime/client/transport.ts';
import { Engine } from '../../runtime/index.ts';
import type { Value } from '../../runtime/index.ts';
import type { Served } from '../../runtime/serve/plan.ts';
import { redisStore } from '../../runtime/stores/redis-store.ts';
import type { RedisStore, RedisStoreOptions } from '../../runtime/stores/redis-store.ts';
import { patient, PATIENCE } from '../support/patient.ts';
import { startRedis } from './support/redis.ts';
import type { TestRedis } from './support/redis.ts';

type Key = Record<string, Value>;

const names = [
  'user_behavior',
  'user_activity',
  'user_purchases',
  'session_engagement',
  'item_popularity',
  'churn_risk',
];
const log = shopLog(11, 4000, 60, 1);
const start = log.arrivals[0]!;
const HOUR = 3_600_000_000;

/** An engine that takes the shop's log, at a clock that runs as fast as it is told. */
class Shop {
  readonly engine = new Engine(program);
  #began = performance.now();
  #startedAt = start;
  #speed: number;
  #offset = 0;
  #ticking: NodeJS.Timeout;

  constructor(speed: number) {
    this.#speed = speed;
    this.#ticking = setInterval(() => this.engine.tick(this.now()), 20);
  }

  now = (): number => this.#startedAt + Math.floor((performance.now() - this.#began) * 1000 * this.#speed);

  /** From now on. */
  runAt(speed: number): void {
    this.#startedAt = this.now();
    this.#began = performance.now();
    this.#speed = speed;
  }

  /** So many events more, as of now. */
  take(count: number, change: Partial<(typeof log.events)[number]> = {}): void {
    const us = this.now();
    const event_time = `${new Date(Math.floor(us / 1000)).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
    for (let i = 0; i < count; i += 1, this.#offset += 1) {
      const event = log.events[this.#offset % log.events.length]!;
      const value = { ...event, event_id: this.#offset, event_time, ...change };
      const place = { source: 'user_events', partition: 0, offset: this.#offset };
      const verdict = this.engine.ingest({ ...place, arrivedAt: us, value });
      if (verdict.kind !== 'counted') throw new Error(verdict.kind);
    }
  }

  /** What is to be stored: read as the service reads. */
  store(redis: string, prefix: string, options: Partial<RedisStoreOptions> = {}): RedisStore {
    const { engine, now } = this;
    const neverSeen: Key = { user_id: -1, session_id: 'never', item_id: -1, category: 'never' };
    return redisStore({
      redis,
      prefix,
      plan: serving,
      served: names,
      log: pino({ level: 'silent' }),
      engine: {
        watch: group => engine.watch(group),
        keys: (group, cursor, count) => engine.keys(group, cursor, count),
        unseen: (group, t) => engine.readGroup(group, neverSeen, t),
      },
      answerer: {
        answer: ({ kind, name, keys, at = now() }) => ({
          at,
          frontier: engine.frontier(),
          values: keys.map(key => this.read(kind, name, key as Key, at)),
        }),
      },
      ...options,
    });
  }

  read(kind: Served['kind'], name: string, key: Key, at: number): Record<string, Value> {
    return kind === 'group'
      ? this.engine.readGroup(name, key, at)
      : this.engine.readVector(name, key as Parameters<Engine['readVector']>[1], at);
  }

  keys(name: string): Key[] {
    return this.engine.keys(name, 0, 1e6).keys;
  }

  close(): void {
    clearInterval(this.#ticking);
  }
}

let server: TestRedis;
let plain: Redis;
let prefix: string;
const closing: (() => Promise<unknown> | void)[] = [];
beforeAll(async () => {
  server = await startRedis();
  plain = new Redis(server.url);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  const left = await plain.keys(`${prefix}:*`);
  if (left.length > 0) await plain.del(left);
});
afterAll(async () => {
  plain.disconnect();
  await server.close();
});

function shopOf(speed = 1): Shop {
  prefix = `test-${randomBytes(4).toString('hex')}`;
  const shop = new Shop(speed);
  closing.push(() => shop.close());
  return shop;
}

function started(store: RedisStore): RedisStore {
  store.start();
  closing.push(() => store.close());
  return store;
}

function clientOf(url = server.url): ClosableTransport {
  const client = redisClient({ redis: url, prefix, ...patient });
  closing.push(() => client.close());
  return client;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`it does not hold: ${holds.toString()}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const servedOf = (name: string): Served => serving.served.find(each => each.name === name)!;

/** By the semantics' table, written apart from the store. */
function textOf(value: Exclude<Value, null>, kind: string): string {
  if (Array.isArray(value)) return JSON.stringify(value);
  if (kind !== 'timestamp') return String(value);
  const ms = Math.floor((value as number) / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String((value as number) - ms * 1000).padStart(3, '0')}Z`;
}

function usOf(text: string): number {
  return Date.parse(`${text.slice(0, 23)}Z`) * 1000 + Number(text.slice(23, 26));
}

/** Keys of a group that are compared: the last that came. */
const EACH = 120;

/** Keys' hashes, and what the typed client makes of them, against the engine at the hashes' own instants. */
async function compareAll(shop: Shop, client: ClosableTransport, url: string): Promise<number> {
  const reader = new Redis(url);
  let compared = 0;
  for (const name of names) {
    const served = servedOf(name);
    const keys = shop.keys(served.kind === 'group' ? name : 'user_behavior');
    for (const key of keys.slice(-EACH)) {
      const parts = served.inputs.map(input =>
        String(key[input.name]).replaceAll('%', '%25').replaceAll(':', '%3A'),
      );
      const hash = await reader.hgetall([prefix, name, ...parts].join(':'));
      const expected = shop.read(served.kind, name, key, usOf(hash['_at']!));
      const fields = served.features.flatMap(({ name: feature, type }) =>
        expected[feature] === null ? [] : [[feature, textOf(expected[feature]!, type.kind)]],
      );
      expect(hash).toEqual({
        _at: hash['_at'],
        _fingerprint: served.fingerprint,
        ...(Object.fromEntries(fields) as Record<string, string>),
      });
      const answer = await client.read({ kind: served.kind, name, keys: [key] }, accessorPlanOf(served));
      expect(answer.values[0]).toStrictEqual({ ...shop.read(served.kind, name, key, answer.at) });
      expect(answer.fingerprint).toBe(served.fingerprint);
      compared += 1;
    }
  }
  reader.disconnect();
  return compared;
}

describe('the store in a Redis', () => {
  test('holds the engine’s own values at their instants, while events come in', async () => {
    const shop = shopOf(20);
    shop.take(1500);
    // Keys that need escaping, and text beyond ASCII.
    shop.take(3, { session_id: 'a:b%3A', category: 'Café: 50% 🎈' });
    const store = started(shop.store(server.url, prefix, { refresh: 1500, flush: 10 }));
    await until(() => store.age() !== null);
    const client = clientOf();
    let stop = false;
    const load = (async () => {
      while (!stop) {
        shop.take(5);
        await new Promise(resolve => setTimeout(resolve, 2));
      }
    })();
    expect(await compareAll(shop, client, server.url)).toBeGreaterThan(300);
    expect(await compareAll(shop, client, server.url)).toBeGreaterThan(300);
    stop = true;
    await load;
  });

  test('has an event within `flush`', async () => {
    const shop = shopOf();
    shop.take(50);
    const store = started(shop.store(server.url, prefix, { refresh: 60_000, flush: 20 }));
    await until(() => store.age() !== null);
    const client = createClient(clientOf(), { instants: 'us' });
    for (let round = 0; round < 20; round += 1) {
      const user_id = log.events[round]!.user_id;
      const before = (await client.userActivity({ user_id })).clicks_30m;
      shop.take(1, { user_id, event_type: 'click' });
      // Long before the next round would come by it.
      await until(async () => (await client.userActivity({ user_id })).clicks_30m === before + 1);
    }
  });

  test('lets a window slide without events', async () => {
    const shop = shopOf();
    const store = started(shop.store(server.url, prefix, { refresh: 250, flush: 10 }));
    shop.take(40, { user_id: 5, event_type: 'click' });
    shop.take(10, { user_id: 5, event_type: 'view' });
    await until(() => store.age() !== null);
    const client = createClient(clientOf(), { instants: 'us' });
    const first = await client.userActivity.read({ user_id: 5 });
    expect(first.values).toMatchObject({ clicks_30m: 40, views_30m: 10, click_rate_1h: 4 });
    // An hour is three seconds from here on.
    shop.runAt(1200);
    await until(async () => (await client.userActivity({ user_id: 5 })).clicks_30m === 0);
    const half = await client.userActivity.read({ user_id: 5 });
    expect(half.at - first.at).toBeGreaterThan(HOUR / 2 - 250 * 1200 * 1000);
    // What becomes null is gone from the hash.
    await until(async () => (await client.userActivity({ user_id: 5 })).click_rate_1h === null);
    expect(await plain.hexists(`${prefix}:user_activity:5`, 'click_rate_1h')).toBe(0);
    const last = await client.userActivity.read({ user_id: 5 });
    expect(last.values).toStrictEqual({ ...shop.read('group', 'user_activity', { user_id: 5 }, last.at) });
  });

  test('forgets what nobody writes any more, and tells absent keys from missing writers', async () => {
    const shop = shopOf();
    shop.take(200);
    const store = shop.store(server.url, prefix, { refresh: 200, flush: 10, ttl: 5_000 });
    store.start();
    await until(() => store.age() !== null);
    const client = clientOf();
    const behavior = accessorPlanOf(servedOf('user_behavior'));
    const read = (user_id: number) =>
      client.read({ kind: 'group', name: 'user_behavior', keys: [{ user_id }] }, behavior);
    const user = log.events[0]!.user_id;
    expect((await read(user)).values[0]!['sessions_7d']).toBeGreaterThan(0);
    const unseen = await read(123_456_789);
    expect(unseen.values[0]).toStrictEqual({
      ...shop.read('group', 'user_behavior', { user_id: 123_456_789 }, unseen.at),
    });
    const churn = client.read(
      { kind: 'vector', name: 'churn_risk', keys: [{ user_id: 123_456_789 }] },
      accessorPlanOf(servedOf('churn_risk')),
    );
    await expect(churn).rejects.toMatchObject({ name: 'Unavailable', reason: 'refused' });
    await store.close();
    await until(async () => (await plain.keys(`${prefix}:*`)).length === 0);
    await expect(read(user)).rejects.toMatchObject({ name: 'Unavailable', reason: 'refused' });
  });

  test('says what it cannot do: another instant, another meaning, a key of another type', async () => {
    const shop = shopOf();
    shop.take(20);
    const store = started(shop.store(server.url, prefix));
    await until(() => store.age() !== null);
    const user_id = log.events[0]!.user_id;
    const client = createClient(clientOf());
    await expect(client.userBehavior({ user_id }, { at: start })).rejects.toThrow(/present values only/);
    await expect(client.userBehavior({ user_id: 0.5 })).rejects.toThrow(/keys\[0\].user_id/);
    const today = accessorPlanOf(servedOf('user_behavior'));
    const meanings = { ...today.meanings, revenue_7d: 'another' };
    const older = accessor<{ user_id: number }, object, Date>(clientOf(), {
      ...today,
      ...{ fingerprint: 'older', meanings },
    });
    await expect(older({ user_id })).rejects.toMatchObject({
      name: 'OtherMeaning',
      features: ['revenue_7d'],
    });
    await plain.hset(`${prefix}:user_behavior:${user_id}`, '_fingerprint', 'other');
    await expect(client.userBehavior({ user_id })).rejects.toMatchObject({
      name: 'OtherMeaning',
      features: [],
    });
    await plain.hset(
      `${prefix}:user_behavior:${user_id}`,
      'sessions_7d',
      'many',
      '_fingerprint',
      servedOf('user_behavior').fingerprint,
    );
    await expect(client.userBehavior({ user_id })).rejects.toMatchObject({ name: 'BadAnswer' });
    expect(await client.userBehavior.many([])).toEqual([]);
  });

  test('comes through a flush of the scripts', async () => {
    const shop = shopOf();
    shop.take(50);
    const store = started(shop.store(server.url, prefix, { refresh: 60_000, flush: 10 }));
    await until(() => store.age() !== null);
    await plain.script('FLUSH');
    shop.take(1, { user_id: 77 });
    await until(async () => (await plain.exists(`${prefix}:user_behavior:77`)) === 1);
  });
});

describe('a Redis that goes and comes back, under load', () => {
  let own: TestRedis;
  beforeAll(async () => {
    own = await startRedis({ own: true });
  });
  afterAll(() => own.close());

  test('is missed, and then has everything again', async () => {
    const shop = shopOf(20);
    shop.take(1000);
    const health: string[] = [];
    const events = {
      health: (state: string) => health.push(state),
      written: () => undefined,
      failed: () => undefined,
      refreshed: () => undefined,
    };
    const store = started(shop.store(own.url, prefix, { refresh: 1000, flush: 10, events }));
    await until(() => store.age() !== null);
    let stop = false;
    const load = (async () => {
      while (!stop) {
        shop.take(5);
        await new Promise(resolve => setTimeout(resolve, 2));
      }
    })();
    const transport = clientOf(own.url);
    const client = createClient(transport, { instants: 'us' });
    const user_id = log.events[0]!.user_id;
    await client.userBehavior({ user_id });

    for (const end of ['stop', 'kill'] as const) {
      await own[end]();
      await until(() => store.health === 'away');
      await expect(client.userBehavior({ user_id })).rejects.toMatchObject({ name: 'Unavailable' });
      const defaults = await client.userBehavior({ user_id }, { onUnavailable: 'defaults' });
      expect(isFallback(defaults)).toBe(true);
      // Reads of the engine go on.
      expect(shop.read('group', 'user_behavior', { user_id }, shop.now())['sessions_7d']).toBeGreaterThan(0);
      shop.take(1, { user_id: end === 'stop' ? 1001 : 1002 });
      await own.start();
      // It has come back empty.
      await until(() => store.health === 'running');
      await until(async () => {
        const answer = await client.userBehavior.read({ user_id }).catch(() => null);
        return answer !== null;
      });
      await until(
        async () =>
          (await client.userBehavior.read({ user_id: end === 'stop' ? 1001 : 1002 }).catch(() => null)) !==
          null,
      );
      const keys = shop.keys('user_behavior').length;
      const reader = new Redis(own.url);
      await until(async () => (await reader.keys(`${prefix}:user_behavior:*`)).length >= keys);
      await until(
        async () =>
          (await reader.keys(`${prefix}:item_popularity:*`)).length >=
          shop.keys('item_popularity').length - 50,
      );
      reader.disconnect();
    }
    stop = true;
    await load;
    const wanted = shop.keys('item_popularity').length;
    const reader = new Redis(own.url);
    await until(async () => (await reader.keys(`${prefix}:item_popularity:*`)).length >= wanted);
    reader.disconnect();
    expect(await compareAll(shop, transport, own.url)).toBeGreaterThan(300);
    expect(health.filter(state => state === 'away')).toHaveLength(2);
  });
});
