import type { z } from 'zod';
import type { KafkaTopic, StreamDefinition } from './definition.ts';
import type { Duration } from './duration.ts';
import type { Labels } from './feature.ts';
import { Source } from './source.ts';
import type { RowOf, Shape } from './wire.ts';

type ColumnName<S> = keyof S & string;

export interface StreamOptions<S extends Shape> extends Labels {
  /** The columns. The same schema types the row, validates the wire and makes the table of the history. */
  readonly schema: z.ZodObject<S>;
  /** The timestamp column that says when the event happened. */
  readonly eventTime: ColumnName<S>;
  /** The column that tells a repeated record; absent: no record repeats another. */
  readonly id?: ColumnName<S>;
  /** How long after its forerunner a record of the same id is still a repeat; `'10m'`. */
  readonly horizon?: Duration;
  /** An event that arrives later than this after it happened does not count; absent: all count. */
  readonly lateness?: Duration;
  /** An event that arrives earlier than this before it happens does not count; `'1d'`. */
  readonly earliness?: Duration;
  /** `'producer'` where the topic stamps CreateTime: arrival is then the producer's word. */
  readonly arrival?: 'log' | 'producer';
  readonly kafka?: KafkaTopic;
}

/** A log of events. `S` is the schema's shape. */
export class Stream<S extends Shape> extends Source<RowOf<S>> {
  declare readonly shape: S;
}

/**
 * Declares a log of events.
 * @param name snake_case; also the name of its table in the history
 */
export function stream<S extends Shape>(name: string, options: StreamOptions<S>): Stream<S> {
  const definition: StreamDefinition = {
    kind: 'stream',
    name,
    shape: options.schema.shape,
    eventTime: options.eventTime,
    id: options.id ?? null,
    horizon: options.horizon ?? '10m',
    lateness: options.lateness ?? null,
    earliness: options.earliness ?? '1d',
    arrival: options.arrival ?? 'log',
    kafka: options.kafka ?? null,
    ...labelsOf(options),
  };
  return new Stream(definition);
}

export function labelsOf(labels: Labels): Labels {
  return {
    ...(labels.owner === undefined ? {} : { owner: labels.owner }),
    ...(labels.tags === undefined ? {} : { tags: labels.tags }),
    ...(labels.status === undefined ? {} : { status: labels.status }),
  };
}

/** The row that a source's lambdas see: `(e: Row<typeof userEvents>) => …` for a helper of your own. */
export type Row<S> = S extends Source<infer R> ? R : never;
