// What a Kafka source is told.
import type { KafkaConfig } from 'kafkajs';
import type { Logger } from 'pino';
import type { FrontierEntry } from '../../engine/record.ts';
import type { SourceEvents } from '../source.ts';

/** A topic of a source: one of `ServedSource.topics`. */
export interface KafkaTopic {
  readonly source: string;
  readonly topic: string;
  /** Its place in the source's list. */
  readonly place: number;
  /** `log`: the broker stamps records as it appends them. `producer`: producers do (semantics §2). */
  readonly arrival: 'log' | 'producer';
}

/** Where reading begins in partitions of topics that the state does not know at all. */
export type KafkaStart = 'earliest' | 'latest' | { readonly frontier: readonly FrontierEntry[] };

export interface KafkaFetch {
  /**
   * Bytes of one answer; the next one is under way while it is taken. Far behind the end of the log, answers are eight
   * times as large.
   */
  readonly maxBytes: number;
  /** How long a broker waits for news, ms. */
  readonly maxWait: number;
}

export interface KafkaOptions {
  /** `host:port` of some brokers of the cluster. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** This instance's own: no other instance may share it. It is for display, and to notice that it is shared. */
  readonly groupId: string;
  /** As kafkajs takes them. */
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  readonly topics: readonly KafkaTopic[];
  /** By topic: raised by hand when a topic has been made anew. 0 where not named. */
  readonly epochs?: Readonly<Record<string, number>>;
  readonly start: KafkaStart;
  readonly logger: Logger;
  /** µs. */
  readonly now: () => number;
  readonly events?: SourceEvents;
  /** 256 KiB and 500 ms unless given. */
  readonly fetch?: Partial<KafkaFetch>;
  /** ms; 5,000 unless given. */
  readonly connectionTimeout?: number;
  /** An answer that takes longer counts as lost, ms; 15,000 unless given. */
  readonly requestTimeout?: number;
  /** Brokers that are away are tried again after `first` ms, then ever later up to `most`; 250 and 10,000. */
  readonly retry?: { readonly first: number; readonly most: number };
  /** How often new partitions are looked for, ms; 30,000 unless given. */
  readonly metadataEvery?: number;
  /** How often the ends of the logs are asked for while reading is paused, ms; 5,000 unless given. */
  readonly endsEvery?: number;
  /** Within [0, 1): scatters the retries. */
  readonly random?: () => number;
}
