// What brokers say, in the words of Kafka's protocol (https://kafka.apache.org/protocol). Offsets are numbers: what is
// beyond 2^53 is no safe integer.

/** A producer's transaction that came to nothing: its records from this offset to its marker do not count. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface FetchedPartition {
  readonly partition: number;
  /** 0: none. */
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Record batches one behind the other; the last may be cut off. */
  readonly records: Buffer;
}

export interface FetchAnswer {
  /** How long the broker asks to be left in peace, ms. */
  readonly clientSideThrottleTime: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

export const READ_COMMITTED = 1;
