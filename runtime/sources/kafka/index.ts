export { decoding } from './decoding.ts';
export type { DecodingOptions } from './decoding.ts';
export { kafkaSource } from './kafka-source.ts';
export type { KafkaFetch, KafkaOptions, KafkaStart, KafkaTopic } from './options.ts';
