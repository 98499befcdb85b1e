// Control path. One life of the connection to the cluster: from the checks to the first trouble.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'kafkajs';
import { KafkaClient } from './client.ts';
import type { Gate } from '../gate.ts';
import { readLeader, Restart } from './leader-loop.ts';
import type { Lane, Unbroken } from './leader-loop.ts';
import type { KafkaFetch, KafkaOptions } from './options.ts';
import type { Reader, Readers } from './readers.ts';
import { checkExistence, checkStamps } from './topic-checks.ts';

export interface SessionHost {
  readonly options: KafkaOptions;
  readonly readers: Readers;
  /** Shut while reading is paused. */
  readonly gate: Gate;
  /** Whether the topics have been there before: then one that is missing may come back. */
  readonly hasRun: boolean;
  /** The brokers answer. */
  running(): void;
  deliver(reader: Reader, batch: Unbroken): Promise<void>;
}

const FETCH: KafkaFetch = { maxBytes: 256 * 1024, maxWait: 500 };

export class Session {
  readonly #host: SessionHost;
  readonly #client: KafkaClient;
  readonly #ending = new AbortController();
  readonly #ended: Promise<void>;
  #isRunning = false;
  #isCalledOff = false;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#client = new KafkaClient(host.options);
    this.#ended = aborted(this.#ending.signal);
  }

  /**
   * Reads until `end`, or until something is in the way. Nothing is delivered any more when it has settled.
   * @throws SourceError; Restart where reading is to begin anew at once; what kafkajs throws
   */
  async run(): Promise<void> {
    try {
      await this.#checkTopics();
      const cluster = this.#client.openCluster(this.#host.options.groupId);
      await cluster.connect();
      await cluster.addMultipleTargetTopics(this.#host.readers.topics);
      for (const reader of await this.#host.readers.add(cluster)) await this.#announce(reader);
      await this.#readAll(cluster);
    } catch (error) {
      if (!this.#isCalledOff) throw error;
    } finally {
      this.#stop();
    }
  }

  /** `run` settles soon, without an error. */
  end(): void {
    this.#isCalledOff = true;
    this.#stop();
  }

  #stop(): void {
    this.#ending.abort();
    this.#client.cut();
  }

  async #checkTopics(): Promise<void> {
    const { options, hasRun } = this.#host;
    const admin = this.#client.kafka.admin();
    await admin.connect();
    await checkExistence(admin, options.topics, hasRun);
    await checkStamps(admin, options.topics, options.logger);
    await admin.disconnect();
  }

  /** Where reading begins, so that whoever keeps positions may keep this one before there are records. */
  async #announce(reader: Reader): Promise<void> {
    const { target, partition, taken, isSettled } = reader;
    if (isSettled) return;
    const { source, place: topic, epoch } = target;
    await this.#deliver(reader, { source, topic, epoch, partition, records: [], next: taken, end: taken });
  }

  /** All leaders at once; the first trouble of any ends all, and is thrown when they have come to rest. */
  async #readAll(cluster: Cluster): Promise<void> {
    const { options } = this.#host;
    const loop = {
      cluster,
      fetch: { ...FETCH, ...options.fetch },
      signal: this.#ending.signal,
      now: options.now,
      mayRead: () => this.#mayRead(),
      answered: () => this.#answered(),
      deliver: (reader: Reader, batch: Unbroken) => this.#deliver(reader, batch),
    };
    const layout = this.#layout(cluster);
    const parts = [...lanesByLeader(layout)].map(([leader, lanes]) => readLeader(loop, leader, lanes));
    parts.push(this.#watchLayout(cluster, signatureOf(layout)), this.#watchEnds(cluster));
    let first: { readonly error: unknown } | null = null;
    await Promise.all(
      parts.map(part =>
        part.catch((error: unknown) => {
          first ??= { error };
          this.#stop();
        }),
      ),
    );
    if (first !== null) throw (first as { readonly error: unknown }).error;
  }

  async #mayRead(): Promise<void> {
    if (this.#host.gate.isShut) await Promise.race([this.#host.gate.pass(), this.#ended]);
  }

  #answered(): void {
    if (this.#isRunning || this.#ending.signal.aborted) return;
    this.#isRunning = true;
    this.#host.running();
  }

  async #deliver(reader: Reader, batch: Unbroken): Promise<void> {
    await this.#mayRead();
    if (!this.#ending.signal.aborted) await this.#host.deliver(reader, batch);
  }

  /** @throws Error where a partition has no leader at present */
  #layout(cluster: Cluster): Layout[] {
    return this.#host.readers.topics.flatMap(topic =>
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId: partition, leader }) => {
        const readers = this.#host.readers.of(topic, partition);
        return { leader, topic, partition, readers };
      }),
    );
  }

  /** Leaders that move and partitions that are added begin a new session. */
  async #watchLayout(cluster: Cluster, signature: string): Promise<void> {
    const { metadataEvery = 30_000 } = this.#host.options;
    while (await this.#pause(metadataEvery)) {
      await cluster.refreshMetadata();
      if (signatureOf(this.#layout(cluster)) !== signature)
        throw new Restart('the partitions of the topics, or their leaders, have changed');
    }
  }

  /** While nothing is fetched, nothing tells how far behind that leaves us. */
  async #watchEnds(cluster: Cluster): Promise<void> {
    const { endsEvery = 5_000, now } = this.#host.options;
    while (await this.#pause(endsEvery)) {
      if (this.#host.gate.isShut) await this.#host.readers.refreshEnds(cluster, now);
    }
  }

  /** Whether the session goes on. */
  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#ending;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }
}

interface Layout {
  readonly leader: number;
  readonly topic: string;
  readonly partition: number;
  readonly readers: readonly Reader[];
}

function signatureOf(layout: readonly Layout[]): string {
  return layout
    .map(({ topic, partition, leader }) => `${topic}/${partition}/${leader}`)
    .sort()
    .join(' ');
}

function lanesByLeader(layout: readonly Layout[]): Map<number, Lane[]> {
  const lanes = new Map<number, Lane[]>();
  for (const { leader, topic, partition, readers } of layout) {
    const next = Math.min(...readers.map(({ taken }) => taken));
    lanes.set(leader, [...(lanes.get(leader) ?? []), { topic, partition, readers, next }]);
  }
  return lanes;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}
