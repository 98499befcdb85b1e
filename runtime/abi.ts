/**
 * The names that generated code uses, and the only ones. They change in a breaking way only with ABI_VERSION.
 */
export { ABI_VERSION } from './engine/program.ts';
export type {
  ChangesModule,
  GroupModule,
  GroupPart,
  SourceModule,
  StreamModule,
  StreamProgram,
  TableModule,
  VectorModule,
} from './engine/program.ts';
export { GroupState } from './engine/group-state.ts';
export type { GroupContext } from './engine/group-state.ts';
export { StreamFeed } from './engine/feed.ts';
export type { Feed } from './engine/feed.ts';
export { computed, computeOf } from './engine/compute.ts';
export { requestKey } from './engine/request-key.ts';
export type { Scalar, Value } from './engine/value.ts';

export type { ServingPlan } from './serve/plan.ts';

// State.
export { ABSENT, CodeColumn, FlagColumn, IntegerColumn, NumberColumn } from './state/column.ts';
export { NO_CODE } from './state/dictionary.ts';
export { NO_SLOT } from './state/key-index.ts';
export type { Lanes } from './state/lanes.ts';
export { FOLDED, Segments } from './state/segments.ts';

// Aggregates over a stream's rows.
export { addChange } from './aggregates/changes.ts';
export { ExtremeWindow } from './aggregates/extremes.ts';
export { allOf, anyOf, derivedNumber, finiteOrNaN, FIX62, meanOf, totalOf } from './aggregates/finish.ts';
export { populationVariance, rootOf, sampleVariance } from './aggregates/moments.ts';
export {
  betweenLast,
  betweenLastRows,
  firstOf,
  firstRow,
  lastOf,
  lastRow,
  lastRows,
  lastRowValues,
  lastValues,
  sinceLast,
  sinceLastRow,
} from './aggregates/ordered.ts';
export { OrderStatistics } from './aggregates/order-statistics.ts';
export { EVERY_ROW, KeepExtreme, KeepNewest, KeepOldest } from './aggregates/pins.ts';
export { RunningCount } from './aggregates/running-count.ts';
export { RunningSum } from './aggregates/running-sum.ts';
export { approxDistinctOf, approxPercentileOf, registerOf } from './aggregates/sketches.ts';
export { ValueTally } from './aggregates/value-tally.ts';
export { WideSum } from './aggregates/wide-sum.ts';
export { WindowValues } from './aggregates/window-values.ts';
export { isSummable } from '../kernels/exact-sum.ts';
export {
  stddevPopulation,
  stddevSample,
  varianceSample,
  variancePopulation,
  averageOf,
  averageOfFix62,
  sumOf,
} from '../kernels/moments.ts';
export { fix62ToNumber } from '../kernels/exact-sum.ts';
export { bucketOf } from '../kernels/quantile-histogram.ts';

// Aggregates over a table's rows.
export { TableFeed } from './tables/table-feed.ts';
export {
  approxDistinctValues,
  approxPercentileOfValues,
  betweenLastOf,
  byFrequency,
  changesAmong,
  cleanInput,
  distinctValues,
  fix62Values,
  greatestValue,
  latestOf,
  leastValue,
  percentileOf,
  rowsIn,
  scaledValues,
  sinceLastOf,
  squares,
  timesIn,
  total,
  valuesIn,
} from './tables/table-aggregates.ts';

// Windows.
export { calendarStart, floorTo } from './windows/edges.ts';

// Decoding.
export {
  readBigint,
  readDecimal,
  readDouble,
  readInstant,
  readInt,
  readObject,
  readText,
  readUuid,
} from './decode/cells.ts';
export { END_OF_OBJECT, JsonScanner, KeyTable, UNKNOWN_KEY } from './decode/json-scanner.ts';
export { refuse, refuseCheck, refuseRecord } from './decode/refuse.ts';
export type { Refusal } from './decode/refusal.ts';

// What lambdas call.
export * from './functions.ts';

// SQL over the history.
export * from './history/abi-sql.ts';

// The typed client.
export { accessor } from './client/accessor.ts';
export type { Accessor, ClientOptions, InstantForm, InstantOf, OnUnavailable } from './client/accessor.ts';
export type { AccessorPlan } from './client/plan.ts';
export type { Transport } from './client/transport.ts';
