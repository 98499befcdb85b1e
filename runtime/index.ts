/** The streaming runtime: what a service that serves features imports beside its generated program. */
export { Engine } from './engine/engine.ts';
export type { ReadOptions } from './engine/engine.ts';
export { IncompatibleProgram, InvalidKey, TooFarBack, UnknownName } from './engine/errors.ts';
export { ABI_VERSION } from './engine/program.ts';
export type { SourceModule, StreamModule, StreamProgram, TableModule } from './engine/program.ts';
export type {
  FrontierEntry,
  RecordPosition,
  SourceCounters,
  SourceRecord,
  Verdict,
} from './engine/record.ts';
export type { Scalar, Value } from './engine/value.ts';
export { decodeRecord } from './decode/decode-record.ts';
export { Refusal } from './decode/refusal.ts';
export type { RefusalReason } from './decode/refusal.ts';
export { decodeChange } from './tables/envelope.ts';
export type { Change, TableRow } from './tables/envelope.ts';

// The in-process transport of the typed client.
export { inProcess } from './client/in-process.ts';
export type { FeatureReader } from './client/in-process.ts';
export type { InnerValue, ReadAnswer, ReadRequest, Transport } from './client/transport.ts';
