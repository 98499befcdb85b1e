export { OutputError, SpineError } from './errors.ts';
export { openOutput } from './output.ts';
export type { Output, OutputOptions } from './output.ts';
export type { OutputFormat } from './output-spec.ts';
export { openSpine } from './open-spine.ts';
export type { SpineOptions } from './open-spine.ts';
export { Profile } from './profile.ts';
export type { ColumnProfile, ProfileResult } from './profile.ts';
export type { ExpectedColumn, SpineBatch, SpineFile, SpineProblem } from './spine.ts';
