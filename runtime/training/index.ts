/** Training sets as functions: what `skewless backfill` and `skewless snapshot` do, for programs. */
export { backfill } from './backfill.ts';
export { BadSpine } from './check-spine.ts';
export type { SpineFault } from './check-spine.ts';
export type * from './contract.ts';
export { Unfinished } from './errors.ts';
export { explainBackfill } from './explain.ts';
export { OutputError, SpineError } from './io/errors.ts';
export type { OutputFormat } from './io/output-spec.ts';
export type { FeatureLeak } from './leak.ts';
export type { TrainingSetMetadata } from './metadata.ts';
export type { BackfillOptions, BackfillReport } from './options.ts';
export { snapshot } from './snapshot.ts';
export type { SnapshotOptions, SnapshotPart, SnapshotReport } from './snapshot.ts';
export { BadRequest } from './target.ts';
