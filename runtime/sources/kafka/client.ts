// Control path. One kafkajs client, whose sockets are ours to cut.
import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Kafka, PartitionAssigners } from 'kafkajs';
import type { Cluster, Consumer, ConsumerConfig, ISocketFactoryArgs, PartitionAssigner } from 'kafkajs';
import { levelOf, quietLog } from './logging.ts';
import type { KafkaOptions } from './options.ts';

/** kafkajs must not try for long by itself: whoever asked decides what is tried again, and when. */
const FEW_RETRIES = { retries: 2, initialRetryTime: 50, maxRetryTime: 500 };
const KEEP_ALIVE = 60_000;

/** A client of one life: opened, used, cut; a new one is opened after trouble, so that no stale state lives on. */
export class KafkaClient {
  readonly kafka: Kafka;
  readonly #sockets = new Set<Socket>();
  #cut = false;

  constructor(options: KafkaOptions) {
    const {
      brokers,
      clientId,
      ssl,
      sasl,
      connectionTimeout = 5_000,
      requestTimeout = 15_000,
      logger,
    } = options;
    this.kafka = new Kafka({
      brokers: brokers.map(withoutColons),
      clientId,
      ...(ssl === undefined ? {} : { ssl }),
      // kafkajs writes into it.
      ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
      connectionTimeout,
      authenticationTimeout: connectionTimeout,
      requestTimeout,
      retry: FEW_RETRIES,
      logLevel: levelOf(logger),
      logCreator: quietLog(logger),
      socketFactory: args => this.#connect(args),
    });
  }

  /**
   * The cluster as kafkajs gives it to those who assign partitions: fetching through it is fetching without a group,
   * so no rebalance and no committed offset can move a position.
   */
  openCluster(groupId: string): Cluster {
    let cluster: Cluster | undefined;
    this.consumer({
      groupId,
      partitionAssigners: [
        config => {
          ({ cluster } = config);
          return PartitionAssigners.roundRobin(config);
        },
      ],
    });
    if (cluster === undefined) throw new Error('kafkajs did not hand its cluster to the assigner');
    return cluster;
  }

  consumer(config: ConsumerConfig & { readonly partitionAssigners: PartitionAssigner[] }): Consumer {
    return this.kafka.consumer({
      allowAutoTopicCreation: false,
      retry: { ...FEW_RETRIES, restartOnFailure: async () => false },
      ...config,
    });
  }

  /** Ends every connection at once, and allows no new one. What waits for an answer fails. */
  cut(): void {
    this.#cut = true;
    // With an error, or kafkajs would wait for answers that cannot come.
    for (const socket of this.#sockets) socket.destroy(new Error('the client is closed'));
  }

  #connect({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
    if (this.#cut) throw new Error('the client is closed');
    // kafkajs passes nothing here where TLS is off, whatever its types say.
    const tls = ssl as typeof ssl | undefined;
    const address = host.replaceAll(NO_COLON, ':').replace(/^\[(.*)\]$/, '$1');
    const socket = tls
      ? connectTls({ host: address, port, ...servernameOf(address), ...tls }, onConnect)
      : connectPlain({ host: address, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE);
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** Looks like a colon, and is none. */
const NO_COLON = '\ua789';

/** `[::1]:9092` for kafkajs, which takes what stands before the first colon for the host. */
function withoutColons(broker: string): string {
  const found = /^(\[.*\])(:\d+)$/.exec(broker);
  return found === null ? broker : found[1]!.replaceAll(':', NO_COLON) + found[2]!;
}

/** An address is no name that a certificate could be asked for by. */
function servernameOf(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}
