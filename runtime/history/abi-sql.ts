/** The names that generated SQL code may use; `runtime/abi.ts` passes them on. */
export { featureRows, feedRows } from './features-query.ts';
export type { Read } from './features-query.ts';
export type { SqlFeed, SqlGroup, SqlLayer, SqlProgram, SqlSource, SqlVector } from './program.ts';
export { vectorRow } from './vector-row.ts';
export type { ReadInstant } from './vector-row.ts';
