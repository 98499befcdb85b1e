// Control path: the online stores that the service writes to.
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { Engine } from '../engine/engine.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { StoreStatus } from '../observe/status.ts';
import type { Answerer } from '../serve/answerer.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { redisStore } from '../stores/redis-store.ts';
import type { RedisStore } from '../stores/redis-store.ts';
import type { HealthBoard } from './health.ts';

export interface StoresOptions {
  readonly config: Settings;
  readonly plan: ServingPlan;
  readonly engine: Engine;
  readonly state: Answerer;
  readonly board: HealthBoard;
  readonly metrics: Metrics;
  /** Nothing is written while the state catches up: it would turn values back. */
  readonly ready: () => boolean;
  readonly log: Logger;
}

/** What is written beside serving. */
export class Stores {
  readonly #redis: RedisStore | null;
  readonly #board: HealthBoard;
  #written = 0;
  #failures = 0;

  /** @throws Error that names what cannot be stored, and why */
  constructor({ config, plan, engine, state, board, metrics, ready, log }: StoresOptions) {
    this.#board = board;
    if (config.redis === null) {
      this.#redis = null;
      return;
    }
    const { url, served, ...pace } = config.redis;
    const health = board.of('redis');
    this.#redis = redisStore({
      redis: url,
      ...{ plan, answerer: state, ready, log, ...pace },
      ...(served === null ? {} : { served }),
      engine: {
        watch: group => engine.watch(group),
        keys: (group, cursor, count) => engine.keys(group, cursor, count),
        unseen: (group, t) => engine.readUnseen(group, t),
      },
      events: {
        health: (now, detail) => health.health(now, detail),
        written: keys => {
          this.#written += keys;
          metrics.onStored('redis', keys);
        },
        failed: () => {
          this.#failures += 1;
          metrics.onStoreFailed('redis');
        },
        // The store's own log says where it is late.
        refreshed: () => undefined,
      },
    });
  }

  start(): void {
    this.#redis?.start();
  }

  status(): readonly StoreStatus[] {
    if (this.#redis === null) return [];
    const { health, detail } = this.#board.read('redis')!;
    return [{ name: 'redis', health, detail, written: this.#written, failures: this.#failures }];
  }

  /** Writes what has changed, then ends. */
  async close(): Promise<void> {
    await this.#redis?.close();
  }
}
