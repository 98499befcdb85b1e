// The shapes of kafkajs's answers that its types leave open.

/** One of Kafka's record batches, as far as its records share it. Offsets and times are decimal text. */
export interface RecordBatch {
  readonly firstOffset: string;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly inTransaction: boolean;
  /** 0: producers stamp the records (CreateTime); 1: the broker does (LogAppendTime). */
  readonly timestampType: number;
}

export interface FetchedMessage {
  readonly offset: string;
  /** ms. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
  /** Absent in the formats from before Kafka 0.11. */
  readonly batchContext?: RecordBatch;
}

/** A producer's transaction that came to nothing: its records from this offset to its marker do not count. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly abortedTransactions?: readonly AbortedTransaction[] | null;
  readonly messages: readonly FetchedMessage[];
}

export interface FetchAnswer {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

export const CREATE_TIME = 0;
export const READ_COMMITTED = 1;
