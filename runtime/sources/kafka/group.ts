// Control path. The consumer group is for display, and to notice that two share it; no record comes through it.
import { setTimeout as sleep } from 'node:timers/promises';
import { PartitionAssigners } from 'kafkajs';
import type {
  Consumer,
  ConsumerGroupJoinEvent,
  PartitionAssigner,
  TopicPartitionOffsetAndMetadata,
} from 'kafkajs';
import { SourceError } from '../source.ts';
import { Backoff } from './backoff.ts';
import { KafkaClient } from './client.ts';
import { failureOf, messageOf, typeOf } from './failures.ts';
import type { KafkaOptions } from './options.ts';

/** ms. A member that is killed is forgotten by the brokers after a session; reading does not wait for that. */
const SESSION = 10_000;
const HEARTBEAT = 1_000;
const IDLE = 500;
/**
 * So long a newcomer to a group that has another member waits before it believes it, ms: a process that was killed
 * while it joined is a member of the next generation too, until its session has ended.
 */
const DOUBT = SESSION + 5 * HEARTBEAT;
const FAREWELL = 1_000;

/**
 * Membership in the group with every partition paused: Kafka's tools show the instance, its partitions and, by what
 * is committed, its lag. Who is the newcomer to a group whose other member is no ghost is told to go; who was there
 * first stays.
 */
export class GroupPresence {
  readonly #options: KafkaOptions;
  readonly #topics: readonly string[];
  readonly #conflict: (error: SourceError) => void;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  readonly #closed: Promise<void>;
  #consumer: Consumer | null = null;
  #members = 0;
  #isMember = false;
  #hasJoined = false;
  #wasAlone = true;
  /** Runs while a newcomer waits for the other member to turn out a ghost. */
  #doubt: NodeJS.Timeout | null = null;
  #isUnwell = false;
  #life: Promise<void> | null = null;

  /** @param conflict is called at most once, by a newcomer */
  constructor(options: KafkaOptions, conflict: (error: SourceError) => void) {
    this.#options = options;
    this.#topics = [...new Set(options.topics.map(({ topic }) => topic))];
    this.#conflict = conflict;
    this.#backoff = new Backoff(options);
    const { signal } = this.#closing;
    this.#closed = new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  start(): void {
    this.#life ??= this.#live();
  }

  /** Never fails: what cannot be committed is shown later. */
  async commit(offsets: TopicPartitionOffsetAndMetadata[]): Promise<void> {
    if (this.#consumer === null || !this.#isMember || offsets.length === 0) return;
    try {
      await this.#consumer.commitOffsets(offsets);
    } catch (error) {
      this.#options.logger.debug(
        { reason: messageOf(error) },
        'the position could not be committed for display',
      );
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#trust();
    await this.#life;
  }

  async #live(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const client = new KafkaClient(this.#options);
      const consumer = client.consumer(this.#consumerConfig());
      this.#consumer = consumer;
      try {
        await this.#attend(consumer);
      } catch (error) {
        this.#report(error);
      } finally {
        this.#consumer = null;
        this.#isMember = false;
        // So that the group forgets this member at once.
        const leaving = consumer.disconnect().catch(() => undefined);
        await Promise.race([leaving, sleep(FAREWELL, undefined, { ref: false })]);
        client.cut();
      }
      await sleep(this.#backoff.next(), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  #consumerConfig(): Parameters<KafkaClient['consumer']>[0] {
    const { groupId } = this.#options;
    return {
      groupId,
      sessionTimeout: SESSION,
      rebalanceTimeout: SESSION,
      heartbeatInterval: HEARTBEAT,
      maxWaitTimeInMs: IDLE,
      partitionAssigners: [this.#countingAssigner()],
    };
  }

  /** Who leads the group assigns the partitions, and so learns who is in it. */
  #countingAssigner(): PartitionAssigner {
    return config => {
      const roundRobin = PartitionAssigners.roundRobin(config);
      return {
        ...roundRobin,
        assign: group => {
          this.#members = group.members.length;
          return roundRobin.assign(group);
        },
      };
    };
  }

  /** Settles when the membership is given up. @throws when it is lost */
  async #attend(consumer: Consumer): Promise<void> {
    const topics = this.#topics.map(topic => ({ topic }));
    const lost = new Promise<void>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        consumer.pause(topics);
        this.#joined(payload);
      });
      this.#run(consumer).catch(reject);
    });
    await Promise.race([lost, this.#closed]);
  }

  async #run(consumer: Consumer): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.#topics] });
    await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
  }

  #joined({ isLeader }: ConsumerGroupJoinEvent['payload']): void {
    const isAlone = isLeader && this.#members === 1;
    const isNewcomer = !this.#hasJoined;
    const { logger, groupId } = this.#options;
    this.#isMember = true;
    this.#hasJoined = true;
    this.#backoff.reset();
    if (this.#isUnwell) logger.info({ groupId }, 'the consumer group has been joined');
    this.#isUnwell = false;
    if (isAlone && !this.#wasAlone) logger.info({ groupId }, 'the other member has left the consumer group');
    if (isAlone) this.#trust();
    else if (isNewcomer) this.#suspect();
    else if (this.#wasAlone) logger.error({ groupId }, `${this.#shared().message}. This instance goes on`);
    this.#wasAlone = isAlone;
  }

  /** While it is no member itself it cannot tell. */
  #suspect(): void {
    this.#doubt = setTimeout(() => {
      if (this.#isMember) this.#conflict(this.#shared());
      else this.#suspect();
    }, DOUBT);
  }

  /** What looked like another member is none. */
  #trust(): void {
    if (this.#doubt !== null) clearTimeout(this.#doubt);
    this.#doubt = null;
  }

  #shared(): SourceError {
    const { groupId } = this.#options;
    return new SourceError(
      `the consumer group '${groupId}' has another member. Every instance reads every partition for itself, in a ` +
        'group of its own: give each its own kafka.groupId',
    );
  }

  #report(error: unknown): void {
    const { groupId, logger } = this.#options;
    const reason = messageOf(error);
    if (!this.#hasJoined && typeOf(error) === 'INCONSISTENT_GROUP_PROTOCOL') {
      this.#conflict(this.#shared());
    } else if (!this.#hasJoined && failureOf(error) === 'refused') {
      this.#conflict(
        new SourceError(
          `the consumer group '${groupId}' may not be joined (${reason}): allow this client to read the group, or ` +
            'configure a kafka.groupId that it may use',
          { cause: error },
        ),
      );
    } else if (!this.#isUnwell && failureOf(error) !== 'away') {
      this.#isUnwell = true;
      logger.warn({ groupId, reason }, 'the consumer group has been lost: positions are not shown for now');
    }
  }
}
