import type { TableDefinition } from './definition.ts';
import { entity } from './entity.ts';
import type { AnyFeature, AnyLambda } from './feature.ts';
import { FeatureGroup } from './features.ts';
import type { AnyFeatureGroup } from './features.ts';
import { aggregation } from './source.ts';
import type { Table } from './table.ts';
import type { Shape } from './wire.ts';

const made = new WeakMap<TableDefinition, AnyFeatureGroup>();

/** The reader of one column, known to the front end by this mark: it has no syntax of its own. */
export const columnOf = new WeakMap<AnyLambda, string>();

/** A table's rows as a feature group: every column as it is in the latest row. One group a table. */
export function implicitRowGroup<S extends Shape>(table: Table<S>): AnyFeatureGroup {
  const definition = table.definition;
  const known = made.get(definition);
  if (known) return known;
  const features: Record<string, AnyFeature> = {};
  for (const column of Object.keys(definition.shape)) {
    const read = (row: Record<string, never>): unknown => row[column];
    columnOf.set(read, column);
    features[column] = aggregation(table, { kind: 'latest' }, read, {});
  }
  const keys = Object.fromEntries(definition.primaryKey.map(name => [name, definition.shape[name]!]));
  const group = new FeatureGroup(
    `${definition.name}_row`,
    { entity: entity(definition.name, keys), features, lookback: '1h' },
    [],
  );
  made.set(definition, group);
  return group;
}
