/**
 * What features are worth, for authors' tests: `given(events(…)).at(t).features(group, keys)`; and the oracle
 * that it asks, for tests that feed the same records to every side.
 */
export { arriving, events, given, versions } from './given.ts';
export type { Arriving, DebeziumChange, Given, GivenAt, GivenRows, Moment, Version } from './given.ts';
export { Oracle } from './oracle.ts';
export type { LabelOptions, ReadOptions } from './oracle.ts';
export type { CompletePartition, Completeness } from './labels.ts';
export type { Declaration } from './history.ts';
export type { FrontierEntry, Knowledge } from './knowledge.ts';
export { Refusal } from './record.ts';
export type { SourceRecord, Verdict } from './record.ts';
export type { Value, Values } from './scalar.ts';
