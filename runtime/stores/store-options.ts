// What the store in Redis is told, and what it tells.
import type { RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import type { Value } from '../engine/value.ts';
import type { Answerer } from '../serve/answerer.ts';
import type { ServingPlan } from '../serve/plan.ts';
import type { Timers } from '../serve/tcp/timers.ts';
import type { HashWriter, StoreHealth } from './hash-writer.ts';
import type { Key, WalkKeys } from './paced-walk.ts';

/** Keys of one group that have changed, each once; as the engine's `watch` gives it. */
export interface WatchedKeys {
  drain(max: number): readonly Key[];
  /** Keys were dropped: all must be looked at, after `restart`. */
  readonly overflowed: boolean;
  restart(): void;
  close(): void;
}

/** What the store asks of the engine. */
export interface StoreEngine {
  watch(group: string): WatchedKeys;
  keys(group: string, cursor: number, count: number): ReturnType<WalkKeys>;
  /**
   * What a key never seen has. Without it, clients of Redis cannot tell such a key from one that is not written
   * yet, and have no answer for it.
   */
  readonly unseen?: (group: string, t: number) => Readonly<Record<string, Value>>;
}

export interface StoreEvents {
  health(health: StoreHealth, detail: string | null): void;
  /** Keys were written. */
  written(keys: number): void;
  /** It is not known whether these keys were written: they will be again. */
  failed(keys: number, reason: string): void;
  /** Every key of a group has been written since `seconds` ago: in step with `refresh`, or not. */
  refreshed(name: string, seconds: number, inTime: boolean): void;
}

export interface RedisStoreOptions {
  /** A url, or options of ioredis: one server, or one behind sentinels. */
  readonly redis: string | RedisOptions;
  readonly plan: ServingPlan;
  readonly engine: StoreEngine;
  readonly answerer: Pick<Answerer, 'answer'>;
  /** Groups and vectors by name; every group unless told otherwise. */
  readonly served?: readonly string[];
  /** `skewless` unless told otherwise. */
  readonly prefix?: string;
  /** ms within which a key whose events came in is written: 50. */
  readonly flush?: number;
  /** ms within which every key is written again: 60,000. */
  readonly refresh?: number;
  /** ms after which Redis forgets a key that is written no more: twice `refresh` and 30,000. */
  readonly ttl?: number;
  /** Nothing is written before it is first true: a state that still catches up would turn values back. */
  readonly ready?: () => boolean;
  readonly log: Logger;
  readonly events?: StoreEvents;
  readonly timers?: Timers;
  readonly random?: () => number;
  /** In place of Redis, for tests. */
  readonly writer?: HashWriter;
}

export interface RedisStore {
  start(): void;
  readonly health: StoreHealth;
  /** No value in Redis was read from the state longer ago than this, ms; null: not all have been written yet. */
  age(): number | null;
  /** Writes what has changed, then ends. */
  close(): Promise<void>;
}
