import type { Labels } from './feature.ts';
import type { Duration } from './duration.ts';
import type { Shape } from './wire.ts';

/** What a source is, as data: what `stream`, `table` and `changesOf` were told. */
export type SourceDefinition = StreamDefinition | TableDefinition | ChangesDefinition;

export interface KafkaTopic {
  /** One topic, or several in an order that stays: a record's position begins with its topic's place here. */
  readonly topic: string | readonly string[];
}

export interface StreamDefinition extends Labels {
  readonly kind: 'stream';
  readonly name: string;
  readonly shape: Shape;
  readonly eventTime: string;
  readonly id: string | null;
  /** How long a repeated id is remembered after the record before it. */
  readonly horizon: Duration;
  /** null: events may come as late as they like. */
  readonly lateness: Duration | null;
  readonly earliness: Duration;
  readonly arrival: 'log' | 'producer';
  readonly kafka: KafkaTopic | null;
}

export interface TableDefinition extends Labels {
  readonly kind: 'table';
  readonly name: string;
  readonly shape: Shape;
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The timestamp column that windows use; null: the table has lifetime features and `latest` only. */
  readonly time: string | null;
  readonly arrival: 'log' | 'producer';
  readonly kafka: KafkaTopic | null;
}

export interface ChangesDefinition extends Labels {
  readonly kind: 'changes';
  readonly name: string;
  readonly table: TableDefinition;
}
