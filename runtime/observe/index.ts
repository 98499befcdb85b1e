// What the service shows of itself: metrics, log, status.
export { EventDelays } from './event-delays.ts';
export { createLogger } from './logger.ts';
export type { LoggerOptions, LogStream } from './logger.ts';
export { Metrics } from './metrics.ts';
export type { MetricsOptions } from './metrics.ts';
export type { ArchiveReading, CheckpointReading, LagReading, Observed, StateReading } from './observed.ts';
export type { TransportName } from './reads.ts';
export type { RecentRead, RecentReads } from './recent.ts';
export type * from './status.ts';
