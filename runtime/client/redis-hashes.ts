// Hot path: reading hashes, those of one tick in one pipeline.
import { Redis, ReplyError } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { BadAnswer, Unauthorized, Unavailable } from './errors.ts';

/** A hash by its fields; empty: there is none. */
export type Hash = Readonly<Record<string, string>>;

export interface HashReaderOptions {
  readonly redis: string | RedisOptions;
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly retries: number;
  readonly backoff: number;
  readonly random: () => number;
}

interface Wanted {
  readonly name: string;
  readonly resolve: (hash: Hash) => void;
  readonly reject: (error: Error) => void;
}

/** Reads hashes. Connects when first asked; every failure is an error of client/errors.ts. */
export class HashReader {
  readonly #redis: Redis;
  readonly #timeout: number;
  #wanted: Wanted[] = [];
  #why: string | null = null;
  #closed = false;

  constructor({ redis, timeout, connectTimeout, retries, backoff, random }: HashReaderOptions) {
    this.#timeout = timeout;
    const options: RedisOptions = {
      ...(typeof redis === 'string' ? {} : redis),
      lazyConnect: true,
      connectTimeout,
      commandTimeout: timeout,
      // What waits for a connection fails after so many tries of it; what was sent is not sent again.
      maxRetriesPerRequest: retries,
      autoResendUnfulfilledCommands: false,
      retryStrategy: tries => random() * backoff * 2 ** Math.min(tries - 1, 6),
    };
    this.#redis = typeof redis === 'string' ? new Redis(redis, options) : new Redis(options);
    this.#redis.on('error', (error: Error) => (this.#why = error.message));
    this.#redis.on('ready', () => (this.#why = null));
  }

  read(name: string): Promise<Hash> {
    if (this.#closed) return Promise.reject(new Unavailable('closed', 'the client has been closed'));
    return new Promise((resolve, reject) => {
      if (this.#wanted.length === 0) process.nextTick(() => this.#send());
      this.#wanted.push({ name, resolve, reject });
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // What is under way is answered first.
    if (this.#redis.status === 'ready') await this.#redis.quit().catch(() => undefined);
    this.#redis.disconnect();
  }

  #send(): void {
    const wanted = this.#wanted;
    this.#wanted = [];
    const pipeline = this.#redis.pipeline();
    for (const { name } of wanted) pipeline.hgetall(name);
    pipeline.exec().then(
      replies => {
        for (let i = 0; i < wanted.length; i += 1) {
          const [error, hash] = replies?.[i] ?? [new Error('there is no reply'), null];
          if (error === null) wanted[i]!.resolve(hash as Hash);
          else wanted[i]!.reject(this.#failure(error));
        }
      },
      (error: unknown) => {
        for (const { reject } of wanted) reject(this.#failure(error as Error));
      },
    );
  }

  #failure(error: Error): Error {
    const { message } = error;
    const cause = { cause: error };
    if (/^(?:NOAUTH|WRONGPASS|NOPERM)/.test(message)) return new Unauthorized('unauthorized', message);
    if (/^(?:LOADING|MASTERDOWN|CLUSTERDOWN|BUSY)/.test(message))
      return new Unavailable('refused', `Redis says ${message}`, cause);
    if (error instanceof ReplyError) return new BadAnswer(`Redis says ${message}`, cause);
    if (message.startsWith('Command timed out'))
      return new Unavailable('timeout', `Redis did not answer within ${this.#timeout} ms`, cause);
    if (this.#closed) return new Unavailable('closed', 'the client has been closed', cause);
    if (error.name === 'MaxRetriesPerRequestError')
      return new Unavailable('connect', `no connection to Redis: ${this.#why ?? message}`, cause);
    return new Unavailable('lost', `the connection to Redis broke: ${this.#why ?? message}`, cause);
  }
}
