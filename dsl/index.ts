/**
 * What authors of features import. A declaration is plain data with types: nothing here computes a feature.
 */
export { stream } from './stream.ts';
export type { Row, Stream, StreamOptions } from './stream.ts';
export { changesOf, table } from './table.ts';
export type { Change, Table, TableOptions } from './table.ts';
export { Source } from './source.ts';
export { entity } from './entity.ts';
export type { AnyEntity, Entity, KeysOf } from './entity.ts';
export { FeatureGroup, features, perWindow } from './features.ts';
export type { AnyFeatureGroup } from './features.ts';
export { FeatureVector, LabelRef, Ref, featureNames, vector } from './vector.ts';
export type { AnyFeatureVector, LabelLookup, Lookup, RefSource, VectorLabels } from './vector.ts';
export { Label, LabelGroup, label, labels } from './label.ts';
export type { AnyLabelGroup } from './label.ts';
export { compute, finite } from './derived.ts';
export type { Compute, DerivedLayer, Finite } from './derived.ts';
export { Feature, Ratio, ratio } from './feature.ts';
export type {
  AggregateSpec,
  AnyFeature,
  AnyLambda,
  ClientValue,
  Labels,
  SourceView,
  Status,
  ValueOf,
} from './feature.ts';
export type { ChangesDefinition, SourceDefinition, StreamDefinition, TableDefinition } from './definition.ts';
export { calendar, parseDuration } from './duration.ts';
export type { Calendar, CalendarUnit, Duration } from './duration.ts';
export { bigint, decimal, enumOf, int, timestamp, uuid } from './schema.ts';
export { describeColumn } from './column-type.ts';
export type { ColumnCheck, ColumnDescription, ColumnSchema, ColumnType } from './column-type.ts';
export { wireSchema } from './wire.ts';
export type { RowOf, Shape, WireRow } from './wire.ts';
export { columnOf } from './row-group.ts';
export * from '../kernels/index.ts';
