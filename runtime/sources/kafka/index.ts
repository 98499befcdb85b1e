export { kafkaSource } from './kafka-source.ts';
export type { KafkaFetch, KafkaOptions, KafkaStart, KafkaTopic } from './options.ts';
