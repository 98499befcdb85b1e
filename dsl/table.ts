import type { z } from 'zod';
import type { ChangesDefinition, KafkaTopic, TableDefinition } from './definition.ts';
import type { AggregateOptions, Feature, Labels, Scalar } from './feature.ts';
import { aggregation, Source } from './source.ts';
import { labelsOf } from './stream.ts';
import type { RowOf, Shape } from './wire.ts';

type ColumnName<S> = keyof S & string;

export interface TableOptions<S extends Shape> extends Labels {
  readonly schema: z.ZodObject<S>;
  readonly primaryKey: ColumnName<S> | readonly ColumnName<S>[];
  /** Other sets of columns that tell one row: `latest` may find it by them. */
  readonly unique?: readonly (readonly ColumnName<S>[])[];
  /** The timestamp column that windows use. Absent: only lifetime features and `latest`. */
  readonly time?: ColumnName<S>;
  /** `'producer'` where the topic stamps CreateTime, as Debezium's own topics do unless told otherwise. */
  readonly arrival?: 'log' | 'producer';
  /** The changelog: Debezium's envelope. */
  readonly kafka?: KafkaTopic;
}

type Maybe<T> = T | null | undefined;

/** A table that changes, known by its changelog. Aggregates run over its row state at the read (semantics §7). */
export class Table<S extends Shape> extends Source<RowOf<S>> {
  declare readonly shape: S;
  declare readonly definition: TableDefinition;

  /** A value of the one row whose primary or unique key is the entity's; null where there is no such row. */
  latest<V extends Maybe<Scalar>, const D extends NonNullable<V> | null = null>(
    value: (row: RowOf<S>) => V,
    options: Labels & { readonly default?: D } = {},
  ): Feature<NonNullable<V> | D | (null extends D ? null : never)> {
    return aggregation(this, { kind: 'latest' }, value, options as AggregateOptions<never>) as Feature<never>;
  }
}

/** Declares a table that changes. */
export function table<S extends Shape>(name: string, options: TableOptions<S>): Table<S> {
  const key = options.primaryKey;
  const definition: TableDefinition = {
    kind: 'table',
    name,
    shape: options.schema.shape,
    primaryKey: typeof key === 'string' ? [key] : key,
    uniqueKeys: options.unique ?? [],
    time: options.time ?? null,
    arrival: options.arrival ?? 'log',
    kafka: options.kafka ?? null,
    ...labelsOf(options),
  };
  return new Table<S>(definition);
}

/** One change of a row: created, updated, deleted, or read by the connector's first snapshot. */
export interface Change<R> {
  readonly op: 'c' | 'u' | 'd' | 'r';
  readonly before: R | null;
  readonly after: R | null;
}

/** The changes of a table as events, each at its commit time. Keys are looked for in `after`, then `before`. */
export function changesOf<S extends Shape>(changed: Table<S>): Source<Change<RowOf<S>>> {
  const definition: ChangesDefinition = {
    kind: 'changes',
    name: `${changed.definition.name}_changes`,
    table: changed.definition,
  };
  return new Source<Change<RowOf<S>>>(definition);
}
