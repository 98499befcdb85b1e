import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { redisStore } from '../../runtime/stores/redis-store.ts';
import type { RedisStore, RedisStoreOptions } from '../../runtime/stores/redis-store.ts';
import { Random } from '../support/random.ts';
import { HandTimers } from '../tcp/support/hand-timers.ts';
import { plan } from '../tcp/support/plan.ts';
import { FakeEngine } from './support/fake-engine.ts';
import { FakeRedis } from './support/fake-redis.ts';

const START = Date.UTC(2024, 0, 1) * 1000;
const FLUSH = 50;

interface Bench {
  readonly engine: FakeEngine;
  readonly redis: FakeRedis;
  readonly store: RedisStore;
  readonly failures: string[];
  readonly rounds: boolean[];
  now(): number;
  /** Lets time pass in steps of `flush`, all that is due happening at each. */
  pass(ms: number): Promise<void>;
  /** µs at which the stored values of a key hold. */
  at(id: number): number;
}

let open: RedisStore[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

function bench(options: Partial<RedisStoreOptions> = {}): Bench {
  const timers = new HandTimers();
  const engine = new FakeEngine(() => START + Math.round(timers.now() * 1000));
  const redis = new FakeRedis(timers.now);
  const failures: string[] = [];
  const rounds: boolean[] = [];
  const store = redisStore({
    redis: '',
    plan,
    engine,
    answerer: engine,
    served: ['small'],
    flush: FLUSH,
    refresh: 10_000,
    ttl: 25_000,
    log: pino({ level: 'silent' }),
    events: {
      health: () => undefined,
      written: () => undefined,
      failed: (_, reason) => failures.push(reason),
      refreshed: (_name, _seconds, inTime) => rounds.push(inTime),
    },
    timers,
    writer: redis,
    ...options,
  });
  store.start();
  open.push(store);
  const settle = async (): Promise<void> => {
    let [seen, quiet] = [-1, 0];
    while (quiet < 6) {
      const done = redis.writes + redis.underWay + failures.length;
      quiet = done === seen && redis.underWay === 0 ? quiet + 1 : 0;
      seen = done;
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  return {
    engine,
    redis,
    store,
    failures,
    rounds,
    now: timers.now,
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += FLUSH) {
        timers.pass(FLUSH);
        await settle();
      }
    },
    at: id => Date.parse(redis.get(`skewless:small:${id}`)!['_at']!) * 1000 - START,
  };
}

describe('the store', () => {
  test('writes a key within `flush` of its event, as a whole', async () => {
    const { engine, redis, pass } = bench();
    engine.touch(7);
    await pass(FLUSH);
    expect(redis.get('skewless:small:7')).toEqual({
      _at: '2024-01-01T00:00:00.050000Z',
      _fingerprint: 's1',
      twice: '1',
      text: 'v1',
    });
    engine.touch(7);
    await pass(FLUSH);
    // What has become null is gone.
    expect(redis.get('skewless:small:7')).toEqual({
      _at: '2024-01-01T00:00:00.100000Z',
      _fingerprint: 's1',
      twice: '2',
    });
  });

  test('writes what each feature means, once a round, for clients of another meaning', async () => {
    const { redis, pass } = bench();
    await pass(FLUSH);
    expect(redis.get('skewless:%meanings:small:s1')).toEqual({ twice: 't1', text: 'x1' });
  });

  test('writes everything that is there at the start, in slices', async () => {
    const { engine, redis, rounds, store, pass } = bench();
    for (let id = 0; id < 1000; id += 1) engine.touch(id);
    engine.changed = [];
    expect(store.age()).toBeNull();
    await pass(FLUSH);
    for (let id = 0; id < 1000; id += 1) expect(redis.get(`skewless:small:${id}`)).not.toBeNull();
    expect(redis.largest).toBeLessThanOrEqual(64);
    expect(redis.mostUnderWay).toBeLessThanOrEqual(4);
    expect(rounds).toEqual([true]);
    expect(store.age()).toBeLessThanOrEqual(FLUSH);
  });

  test('spreads the rounds after it evenly', async () => {
    const { engine, redis, pass } = bench();
    for (let id = 0; id < 900; id += 1) engine.touch(id);
    await pass(FLUSH);
    const before = redis.writes;
    const perSecond: number[] = [];
    for (let second = 0; second < 9; second += 1) {
      const from = perSecond.length;
      await pass(1000);
      const written = Array.from({ length: 900 }, (_, id) => redis.writtenAt(`skewless:small:${id}`));
      perSecond.push(written.filter(at => at > from * 1000 + FLUSH).length);
    }
    expect(redis.writes).toBeGreaterThan(before + 150);
    for (const written of perSecond) expect(Math.abs(written - 100)).toBeLessThanOrEqual(10);
  });

  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
  test(`no stored value is ever older than refresh and flush, while keys come and go (seed ${seed})`, async () => {
    const random = new Random(seed);
    const { engine, redis, pass, now, at, rounds } = bench();
    const live = new Set<number>();
    let next = 0;
    let greatest = 0;
    for (let step = 0; step < 1200; step += 1) {
      for (let events = random.below(4); events > 0; events -= 1) {
        const id = random.chance(0.5) ? next++ : random.below(next + 1);
        if (id >= next) next = id + 1;
        engine.touch(id);
        live.add(id);
      }
      // Now and then nearly all go.
      if (random.chance(0.005))
        for (const id of [...live])
          if (random.chance(0.9)) {
            engine.remove(id);
            live.delete(id);
          }
      await pass(FLUSH);
      for (const id of live) greatest = Math.max(greatest, now() - at(id) / 1000);
    }
    expect(greatest).toBeLessThanOrEqual(10_000 + FLUSH);
    // The walk is no more eager than it must be.
    expect(greatest).toBeGreaterThan(8000);
    expect(rounds.every(inTime => inTime)).toBe(true);
    expect(redis.mostUnderWay).toBeLessThanOrEqual(4);
  });

  test('lets go of a key that is gone, and of all when it stops', async () => {
    const { engine, redis, store, pass } = bench();
    engine.touch(1);
    await pass(FLUSH);
    engine.remove(1);
    engine.changed = [1];
    await pass(FLUSH);
    // What the engine says of a key that has gone: what a key never seen has.
    expect(redis.get('skewless:small:1')).toMatchObject({ twice: '0' });
    await pass(24_000);
    expect(redis.get('skewless:small:1')).not.toBeNull();
    await pass(2000);
    expect(redis.get('skewless:small:1')).toBeNull();
    engine.touch(2);
    await pass(FLUSH);
    await store.close();
    open = [];
    await pass(25_000);
    expect(redis.get('skewless:small:2')).toBeNull();
    expect(engine.watches).toBe(0);
    expect(redis.closed).toBe(true);
  });

  test('tells what a key never seen has, for as long as no hash can be missing', async () => {
    const { engine, redis, pass, failures } = bench();
    engine.touch(1);
    await pass(FLUSH);
    const unseen = redis.get('skewless:small');
    expect(unseen).toMatchObject({ twice: '0', _at: '2024-01-01T00:00:00.050000Z' });
    expect(unseen).not.toHaveProperty('text');
    // Two rounds on, it is of the beginning of the second.
    await pass(18_500);
    expect(redis.get('skewless:small')!['_at']! > unseen!['_at']!).toBe(true);
    // From here on no round is whole: it is forgotten no later than the hashes.
    redis.failure = 'OOM';
    const last = Date.parse(redis.get('skewless:small')!['_at']!);
    while (redis.get('skewless:small:1') !== null) await pass(1000);
    expect(redis.get('skewless:small')).toBeNull();
    expect(failures.length).toBeGreaterThan(2);
    redis.failure = null;
    await pass(2000);
    expect(Date.parse(redis.get('skewless:small')!['_at']!)).toBeGreaterThan(last);
  });

  test('does not call a key unseen that it could not write', async () => {
    const { engine, redis, pass } = bench();
    for (let id = 0; id < 200; id += 1) engine.touch(id);
    await pass(FLUSH);
    redis.refused = 'skewless:small:199';
    while (redis.get('skewless:small:199') !== null) {
      await pass(1000);
      expect(redis.get('skewless:small:3')).not.toBeNull();
    }
    expect(redis.get('skewless:small')).toBeNull();
    redis.refused = null;
    await pass(2000);
    expect(redis.get('skewless:small')).not.toBeNull();
  });

  test('queues nothing while Redis is away, and writes everything once it is back', async () => {
    const { engine, redis, pass, failures } = bench();
    engine.limit = 100;
    for (let id = 0; id < 80; id += 1) engine.touch(id);
    await pass(FLUSH);
    redis.isReady = false;
    const { writes } = redis;
    for (let id = 0; id < 300; id += 1) {
      engine.touch(id);
      if (id % 10 === 0) await pass(FLUSH);
    }
    expect(redis.writes).toBe(writes);
    expect(engine.overflowed).toBe(true);
    redis.isReady = true;
    await pass(FLUSH);
    expect(engine.restarts).toBe(1);
    for (let id = 0; id < 300; id += 1)
      expect(redis.get(`skewless:small:${id}`)).toMatchObject({ twice: id < 80 ? '2' : '1' });
    expect(failures).toEqual([]);
  });

  test('writes again what failed, after a pause, and everything with it', async () => {
    const { engine, redis, pass, failures } = bench();
    for (let id = 0; id < 10; id += 1) engine.touch(id);
    await pass(FLUSH);
    redis.failure = 'OOM command not allowed';
    engine.touch(3);
    await pass(500);
    expect(failures).toEqual(['OOM command not allowed']);
    redis.failure = null;
    redis.lose();
    await pass(1000);
    for (let id = 0; id < 10; id += 1) expect(redis.get(`skewless:small:${id}`)).not.toBeNull();
  });

  test('passes over a key whose values cannot be had, and over no other', async () => {
    const { engine, redis, pass, failures } = bench();
    engine.poison.add(5);
    for (let id = 0; id < 10; id += 1) engine.touch(id);
    await pass(FLUSH);
    expect(redis.get('skewless:small:5')).toBeNull();
    expect(redis.get('skewless:small:4')).not.toBeNull();
    expect(redis.get('skewless:small:6')).not.toBeNull();
    expect(new Set(failures)).toEqual(new Set(['the key 5 is poison']));
  });

  test('writes nothing before the service is ready', async () => {
    let ready = false;
    const { engine, redis, pass } = bench({ ready: () => ready });
    engine.touch(1);
    await pass(500);
    expect(redis.writes).toBe(0);
    ready = true;
    await pass(FLUSH);
    expect(redis.get('skewless:small:1')).not.toBeNull();
    // Once is enough: a value that lags is better than none.
    ready = false;
    engine.touch(1);
    await pass(FLUSH);
    expect(redis.get('skewless:small:1')).toMatchObject({ twice: '2' });
  });

  test('writes what has changed before it closes', async () => {
    const { engine, redis, store, pass } = bench();
    await pass(FLUSH);
    for (let id = 0; id < 200; id += 1) engine.touch(id);
    await store.close();
    open = [];
    for (let id = 0; id < 200; id += 1) expect(redis.get(`skewless:small:${id}`)).not.toBeNull();
  });
});
