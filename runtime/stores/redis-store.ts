// Control path: when which key is written. What runs for each key stands in stored-hash.ts.
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { processTimers } from '../serve/tcp/timers.ts';
import type { Timers } from '../serve/tcp/timers.ts';
import type { HashWriter, StoreHealth } from './hash-writer.ts';
import type { Key } from './paced-walk.ts';
import { RedisHashes } from './redis-hashes.ts';
import type { RedisStore, RedisStoreOptions, StoreEvents } from './store-options.ts';
import { meaningsHash } from './stored-hash.ts';
import type { StoredHash } from './stored-hash.ts';
import { watchesOf } from './watch.ts';
import type { Target, Watch } from './watch.ts';

export type { RedisStore, RedisStoreOptions, StoreEngine, StoreEvents } from './store-options.ts';

/** Keys read from the state and written in one go: well below a millisecond of the engine's thread. */
const SLICE = 64;
/** Writes under way at a time; while there are so many, nothing is read for more. */
const UNDER_WAY = 4;
/** After a write that failed, ms. */
const PAUSE = 1000;
/** `close` writes changed keys for at most so long, ms. */
const LAST_WORDS = 2000;
/** A round takes this share of `refresh`; the rest is for rounds that are held up. */
const ROUND = 0.9;

const SILENT: StoreEvents = {
  health: () => undefined,
  written: () => undefined,
  failed: () => undefined,
  refreshed: () => undefined,
};

/**
 * Keeps what groups, and vectors that are asked by keys alone, have for each key in Redis, a hash a key. Written are
 * the keys whose events came in, within `flush`; and, since a window slides without events, every key again within
 * `refresh`. Nothing queues while Redis is away: once it is back, every key is written anew.
 * @throws Error that names what cannot be stored, and why
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  return new Store(options);
}

class Store implements RedisStore {
  readonly #options: RedisStoreOptions;
  readonly #events: StoreEvents;
  readonly #timers: Timers;
  readonly #log: Logger;
  readonly #refresh: number;
  readonly #ttl: number;
  readonly #watches: readonly Watch[];
  readonly #underWay = new Set<Promise<void>>();
  readonly #lately = new Set<string>();
  #writer: HashWriter | null = null;
  #health: StoreHealth = 'connecting';
  #pumping: Promise<void> | null = null;
  #stopTimer: (() => void) | null = null;
  #ready = false;
  #restUntil = -Infinity;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#events = options.events ?? SILENT;
    this.#timers = options.timers ?? processTimers;
    this.#log = options.log;
    this.#refresh = options.refresh ?? 60_000;
    this.#ttl = options.ttl ?? 2 * this.#refresh + 30_000;
    this.#watches = watchesOf(options, this.#refresh * ROUND);
  }

  get health(): StoreHealth {
    return this.#health;
  }

  start(): void {
    const { engine, redis, random = Math.random, writer } = this.#options;
    for (const watch of this.#watches) watch.changed = engine.watch(watch.group);
    const events = { health: (health: StoreHealth, detail: string | null) => this.#tell(health, detail) };
    if (writer !== undefined) this.#tell('running', null);
    this.#writer = writer ?? new RedisHashes({ redis, random, timers: this.#timers, events });
    this.#again();
  }

  age(): number | null {
    let oldest: number | null = 0;
    for (const { completed } of this.#watches) {
      if (completed === null) return null;
      oldest = Math.max(oldest, this.#timers.now() - completed);
    }
    return oldest;
  }

  async close(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = null;
    await this.#pumping;
    const until = this.#timers.now() + LAST_WORDS;
    while (this.#ready && this.#timers.now() < until && (await this.#writeChanged()));
    await Promise.all(this.#underWay);
    for (const { changed } of this.#watches) changed?.close();
    await this.#writer?.close();
    this.#tell('stopped', null);
  }

  /** After a while, and so on. */
  #again(): void {
    this.#stopTimer = this.#timers.after(this.#options.flush ?? 50, () => {
      this.#again();
      this.#pumping ??= this.#pump().finally(() => (this.#pumping = null));
    });
  }

  /** Writes all that is due, in slices between which the engine's thread is free. */
  async #pump(): Promise<void> {
    this.#ready ||= this.#options.ready?.() ?? true;
    if (!this.#ready || !this.#mayWrite()) return;
    for (const watch of this.#watches) this.#repair(watch);
    for (let wrote = true; wrote && this.#mayWrite();) {
      wrote = await this.#writeChanged();
      for (const watch of this.#watches) {
        if (!this.#mayWrite()) return;
        if (await this.#writeDue(watch)) wrote = true;
      }
    }
  }

  #mayWrite(): boolean {
    return this.#writer!.isReady && this.#stopTimer !== null && this.#timers.now() >= this.#restUntil;
  }

  /** What may not have been written is written with everything else. */
  #repair(watch: Watch): void {
    if (watch.changed!.overflowed) {
      watch.changed!.restart();
      watch.broken = true;
    }
    if (!watch.broken) return;
    watch.broken = false;
    watch.walk.hurry();
  }

  /** @returns whether there was any */
  async #writeChanged(): Promise<boolean> {
    let wrote = false;
    for (const watch of this.#watches) {
      if (!this.#writer!.isReady) break;
      const keys = watch.changed!.drain(SLICE);
      if (keys.length === 0) continue;
      await this.#writeKeys(watch, keys);
      wrote = true;
    }
    return wrote;
  }

  /** The next keys of the round. @returns whether there was any */
  async #writeDue(watch: Watch): Promise<boolean> {
    const { walk } = watch;
    const now = this.#timers.now();
    const keys: Key[] = [];
    while (keys.length < SLICE) {
      const key = walk.next(now);
      if (walk.started !== watch.round) this.#beginRound(watch);
      if (key === null) break;
      keys.push(key);
    }
    if (keys.length > 0) {
      await this.#writeKeys(watch, keys);
      return true;
    }
    const began = walk.endRound(now);
    if (began !== null) await this.#endRound(watch, began);
    return false;
  }

  #beginRound(watch: Watch): void {
    watch.round = watch.walk.started;
    watch.unseen = null;
    for (const { served, keys } of watch.targets)
      this.#write(watch, [meaningsHash(keys.meanings(served.fingerprint), served)], this.#ttl);
    const { unseen } = this.#options.engine;
    const target = watch.targets.find(({ served }) => served.kind === 'group');
    if (unseen === undefined || target === undefined) return;
    const { at } = this.#options.answerer.answer({ kind: 'group', name: watch.group, keys: [] });
    watch.unseen = target.hashes.hash(target.keys.unseen, unseen(watch.group, at), at);
  }

  /**
   * Every key that there was when the round began has been written, and will not be forgotten for `ttl` from then
   * on. So for as long, a key that is not there is one that was not there then.
   */
  async #endRound(watch: Watch, began: number): Promise<void> {
    await Promise.all(this.#underWay);
    if (watch.broken) return;
    if (watch.completed === null) this.#log.info({ group: watch.group }, 'every key is in Redis');
    watch.completed = began;
    const took = this.#timers.now() - began;
    this.#tellInTime(watch.group, took);
    const left = Math.floor(this.#ttl - took);
    if (watch.unseen !== null && left > 0) this.#write(watch, [watch.unseen], left);
    this.#beginRound(watch);
  }

  async #writeKeys(watch: Watch, keys: readonly Key[]): Promise<void> {
    for (const target of watch.targets) this.#write(watch, this.#hashesOf(target, keys), this.#ttl);
    await setImmediate();
    while (this.#underWay.size >= UNDER_WAY) await Promise.race(this.#underWay);
  }

  #hashesOf(target: Target, keys: readonly Key[]): readonly StoredHash[] {
    const { kind, name } = target.served;
    const hashes = (some: readonly Key[]): readonly StoredHash[] => {
      const { at, values } = this.#options.answerer.answer({ kind, name, keys: some });
      return values.map((each, i) => target.hashes.hash(target.keys.nameOf(some[i]!), each, at));
    };
    try {
      return hashes(keys);
    } catch {
      // An author's function that throws at one key takes no others with it.
      return keys.flatMap(key => {
        try {
          return hashes([key]);
        } catch (error) {
          this.#fail(name, 1, error as Error);
          return [];
        }
      });
    }
  }

  #write(watch: Watch, hashes: readonly StoredHash[], ttl: number): void {
    if (hashes.length === 0) return;
    const written = this.#writer!.write(hashes, ttl).then(
      () => {
        this.#events.written(hashes.length);
        this.#lately.delete(watch.group);
      },
      (error: unknown) => {
        watch.broken = true;
        this.#restUntil = this.#timers.now() + PAUSE;
        this.#fail(watch.group, hashes.length, error as Error);
      },
    );
    const underWay = written.finally(() => this.#underWay.delete(underWay));
    this.#underWay.add(underWay);
  }

  /** Said once until it goes well again. */
  #fail(name: string, keys: number, error: Error): void {
    this.#events.failed(keys, error.message);
    if (this.#lately.has(name)) return;
    this.#lately.add(name);
    this.#log.error({ name, keys, reason: error.message }, 'keys could not be written to Redis');
  }

  #tellInTime(name: string, took: number): void {
    const inTime = took <= this.#refresh;
    this.#events.refreshed(name, took / 1000, inTime);
    const late = `${name} is late`;
    if (inTime) this.#lately.delete(late);
    else if (!this.#lately.has(late)) {
      this.#lately.add(late);
      this.#log.warn(
        { name, seconds: took / 1000, refresh: this.#refresh / 1000 },
        'writing every key to Redis takes longer than `refresh`: make it longer, or store less',
      );
    }
  }

  #tell(health: StoreHealth, detail: string | null): void {
    if (health === this.#health && health !== 'connecting') return;
    this.#health = health;
    this.#events.health(health, detail);
    if (health === 'away') this.#log.warn({ reason: detail }, 'Redis is away; reads go on elsewhere');
    if (health !== 'running') return;
    this.#log.info('connected to Redis');
    // It may have lost what it held.
    for (const watch of this.#watches) watch.broken = true;
  }
}
