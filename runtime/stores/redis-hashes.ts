// Control path, but for `write`: hashes in one Redis server, by one script.
import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Timers } from '../serve/tcp/timers.ts';
import type { HashWriter, HashWriterEvents } from './hash-writer.ts';
import type { StoredHash } from './stored-hash.ts';

/** ARGV: ttl; then for each key how many strings its fields and values are, and these. */
const SCRIPT = `
local at = 2
for i = 1, #KEYS do
  local count = tonumber(ARGV[at])
  redis.call('DEL', KEYS[i])
  redis.call('HSET', KEYS[i], unpack(ARGV, at + 1, at + count))
  redis.call('PEXPIRE', KEYS[i], ARGV[1])
  at = at + count + 1
end
`;
const SHA = createHash('sha1').update(SCRIPT).digest('hex');

/** An answer that takes longer, ms, is given up with its connection. */
const PATIENCE = 5000;
const LONGEST_PAUSE = 2000;
/** A connection that is being made to a server that does not answer is not waited for longer, ms. */
const FAREWELL = 1000;

export interface RedisHashesOptions {
  /** A url, or options of ioredis. One server, or one behind sentinels; no cluster: a write holds many keys. */
  readonly redis: string | RedisOptions;
  readonly timers: Timers;
  readonly random: () => number;
  readonly events: HashWriterEvents;
}

/** Connects at once, and again whenever the connection is lost, until closed. */
export class RedisHashes implements HashWriter {
  readonly #redis: Redis;
  readonly #timers: Timers;
  #ready = false;
  #closed = false;

  constructor({ redis, timers, random, events }: RedisHashesOptions) {
    this.#timers = timers;
    const options: RedisOptions = {
      ...(typeof redis === 'string' ? {} : redis),
      lazyConnect: false,
      // Nothing waits here for a server that is away: what has not been written is written anew, with later values.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: tries => Math.min(LONGEST_PAUSE, 50 * 2 ** Math.min(tries, 10)) * (0.5 + random() / 2),
    };
    this.#redis = typeof redis === 'string' ? new Redis(redis, options) : new Redis(options);
    events.health('connecting', null);
    let why: string | null = null;
    this.#redis.on('error', (error: Error) => (why = error.message));
    this.#redis.on('ready', () => {
      this.#redis.script('LOAD', SCRIPT).then(
        () => {
          why = null;
          this.#ready = true;
          events.health('running', null);
        },
        (error: unknown) => {
          why = (error as Error).message;
          this.#redis.disconnect(true);
        },
      );
    });
    this.#redis.on('close', () => {
      this.#ready = false;
      if (!this.#closed) events.health('away', why);
    });
    this.#redis.on('end', () => events.health('stopped', null));
  }

  get isReady(): boolean {
    return this.#ready;
  }

  async write(hashes: readonly StoredHash[], ttl: number): Promise<void> {
    const args: (string | number)[] = [];
    for (const { name } of hashes) args.push(name);
    args.push(ttl);
    for (const { fields } of hashes) {
      args.push(fields.length);
      for (const text of fields) args.push(text);
    }
    const giveUp = this.#timers.after(PATIENCE, () => this.#redis.disconnect(true));
    try {
      await this.#redis.evalsha(SHA, hashes.length, ...args);
    } catch (error) {
      // Somebody flushed the scripts: it is loaded again with the connection.
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) this.#redis.disconnect(true);
      throw error;
    } finally {
      giveUp();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ready = false;
    const ended = this.#ended();
    this.#redis.disconnect();
    await ended;
  }
  async #ended(): Promise<void> {
    const { status } = this.#redis;
    // Between two tries there is no connection whose end would be told.
    if (status === 'end' || status === 'reconnecting') return;
    await new Promise<void>(resolve => {
      const giveUp = this.#timers.after(FAREWELL, resolve);
      this.#redis.once('end', () => {
        giveUp();
        resolve();
      });
    });
  }
}
