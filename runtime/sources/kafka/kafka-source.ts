// Control path. Kafka as a source: sessions one after another, and what outlives them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrontierEntry } from '../../engine/record.ts';
import { SourceError } from '../source.ts';
import type { Batch, PartitionEnd, RecordSource, SourceHealth } from '../source.ts';
import { Gate } from '../gate.ts';
import { Turns } from '../turns.ts';
import { whyHungUp } from './ask.ts';
import { Backoff } from './backoff.ts';
import { failureOf, messageOf } from './failures.ts';
import { GroupPresence } from './group.ts';
import { Restart } from './leader-loop.ts';
import type { Unbroken } from './leader-loop.ts';
import type { KafkaOptions } from './options.ts';
import { Positions, targetsOf } from './positions.ts';
import { Readers } from './readers.ts';
import type { Reader } from './readers.ts';
import { refusalText } from './refusals.ts';
import { Session } from './session.ts';

/** Trouble of a kind not known to pass is tried this often in a row. */
const ODD_TRIES = 5;
/** A session that restarts sooner than this, ms, is slowed down. */
const SHORT = 1_000;
/** What `close` waits for a batch that is being taken, ms. */
const CLOSING = 1_500;

/**
 * Reads every partition of all topics, through one cluster's brokers. What is read from where is this source's own
 * affair: no consumer group, no committed offset and no rebalance has a part in it.
 *
 * Brokers that are away are tried again for ever. What they say that would make an answer wrong ends `run`, and so
 * does that they do not let this client in, unless they once did.
 */
export function kafkaSource(options: KafkaOptions): RecordSource {
  return new KafkaSource(options);
}

type Trouble = 'away' | 'refused';

class KafkaSource implements RecordSource {
  readonly #options: KafkaOptions;
  readonly #gate = new Gate();
  readonly #backoff: Backoff;
  readonly #group: GroupPresence;
  readonly #closing = new AbortController();
  /** One batch at a time, whichever leader it came from. */
  readonly #turns = new Turns();
  #readers: Readers | null = null;
  #session: Session | null = null;
  #running: Promise<void> | null = null;
  #health: SourceHealth | null = null;
  /** What was last said of brokers that are not to be had. */
  #trouble: Trouble | null = null;
  #hasRun = false;
  #oddities = 0;
  /** What ended the source: taken as it is, whatever the connection says then. */
  #verdict: { readonly error: unknown } | null = null;

  constructor(options: KafkaOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options);
    this.#group = new GroupPresence(options, error => this.#stop(error));
  }

  async run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    if (this.#running !== null) throw new Error('a source runs once');
    this.#running = this.#run(from, take);
    try {
      await this.#running;
    } finally {
      this.#closing.abort();
      await this.#group.close();
      this.#tell('stopped');
    }
  }

  async #run(from: readonly FrontierEntry[], take: (batch: Batch) => Promise<void>): Promise<void> {
    const targets = targetsOf(this.#options);
    const readers = new Readers(targets, new Positions(from, targets, this.#options.start));
    this.#readers = readers;
    this.#tell('connecting');
    while (!this.#closing.signal.aborted) {
      const began = performance.now();
      try {
        await this.#openSession(readers, take).run();
      } catch (error) {
        await this.#afterTrouble(error, performance.now() - began);
      }
      if (this.#verdict !== null) throw this.#verdict.error;
    }
  }

  #openSession(readers: Readers, take: (batch: Batch) => Promise<void>): Session {
    this.#session = new Session({
      options: this.#options,
      readers,
      gate: this.#gate,
      hasRun: this.#hasRun,
      running: () => this.#connected(),
      deliver: (reader, batch) => this.#deliver(reader, batch, take),
    });
    return this.#session;
  }

  #connected(): void {
    this.#hasRun = true;
    this.#backoff.reset();
    this.#tell('running');
    this.#group.start();
  }

  async #deliver(reader: Reader, batch: Unbroken, take: (batch: Batch) => Promise<void>): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#closing.signal.aborted || this.#verdict !== null) return;
      try {
        await take(batch);
      } catch (error) {
        this.#stop(error);
        return;
      }
      reader.taken = Math.max(reader.taken, batch.next);
      if (batch.records.length === 0) return;
      reader.isSettled = true;
      this.#oddities = 0;
    });
  }

  /** @throws SourceError where it is of no use to go on */
  async #afterTrouble(error: unknown, lasted: number): Promise<void> {
    if (this.#verdict !== null || this.#closing.signal.aborted) return;
    const { logger } = this.#options;
    const failure = failureOf(error);
    const reason = failure === 'refused' ? refusalText(error, this.#options) : messageOf(error);
    if (error instanceof Restart) {
      logger.info({ reason }, 'reading from Kafka begins anew');
      if (lasted < SHORT) await this.#rest();
      return;
    }
    if (failure === 'odd') this.#oddities += 1;
    if (failure === 'wrong') throw asSourceError(error, reason);
    if (failure === 'refused' && !this.#hasRun) throw asSourceError(error, reason);
    if (failure === 'away' && !this.#hasRun) await this.#checkWay(error);
    if (this.#oddities > ODD_TRIES)
      throw asSourceError(error, `reading from Kafka failed ${this.#oddities} times: ${reason}`);
    this.#tellAway(failure === 'refused' ? 'refused' : 'away', reason);
    await this.#rest();
  }

  /** @throws SourceError where the brokers are there, and are spoken to in a way that they do not speak */
  async #checkWay(error: unknown): Promise<void> {
    const why = await whyHungUp(error, this.#options, this.#closing.signal);
    if (why !== null && !this.#closing.signal.aborted) throw asSourceError(error, why);
  }

  async #rest(): Promise<void> {
    const { signal } = this.#closing;
    await sleep(this.#backoff.next(), undefined, { signal }).catch(() => undefined);
  }

  #stop(error: unknown): void {
    this.#verdict ??= { error };
    this.#session?.end();
  }

  #tell(health: Exclude<SourceHealth, 'away'>): void {
    const before = this.#health;
    if (before === health) return;
    this.#health = health;
    this.#trouble = null;
    const { logger, events, brokers } = this.#options;
    if (health === 'running')
      logger.info({ brokers }, before === 'away' ? 'Kafka is back' : 'reading from Kafka');
    events?.health(health, null);
  }

  /** Once, until it is another trouble: who waits for brokers must learn when it is a login that they refuse. */
  #tellAway(trouble: Trouble, reason: string): void {
    if (this.#trouble === trouble) return;
    this.#health = 'away';
    this.#trouble = trouble;
    const { logger, events, brokers } = this.#options;
    if (trouble === 'refused')
      logger.error({ brokers, reason }, 'Kafka refuses what it took before: trying again');
    else logger.warn({ brokers, reason }, 'Kafka is away: trying again');
    events?.health('away', reason);
  }

  pause(): void {
    this.#gate.shut();
  }

  resume(): void {
    this.#gate.open();
  }

  async commit(frontier: readonly FrontierEntry[]): Promise<void> {
    if (this.#readers !== null) await this.#group.commit(this.#readers.toCommit(frontier));
  }

  ends(): readonly PartitionEnd[] {
    return this.#readers?.ends() ?? [];
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#session?.end();
    const settled = Promise.all([this.#running?.catch(() => undefined), this.#group.close()]);
    await Promise.race([settled, sleep(CLOSING, undefined, { ref: false })]);
  }
}

function asSourceError(error: unknown, message: string): SourceError {
  return error instanceof SourceError ? error : new SourceError(message, { cause: error });
}
