import type { Expr, FeedPlan, ScalarType, SourcePlan } from '../../../ir/index.ts';
import { identifier } from '../literal.ts';

/** A column of a source's records that holds an entity key. */
export interface KeyColumn {
  readonly name: string;
  readonly type: ScalarType;
}

/**
 * The columns that hold a feed's keys, in order, so that records of a key can be found by an index; null where a key
 * is computed. Of a change, a key may stand in either image: in the history it is the record's one column.
 */
export function keyColumns(source: SourcePlan, { keys }: FeedPlan): readonly KeyColumn[] | null {
  const columns = keys.map(expr => keyColumn(source, expr));
  return columns.every(column => column !== null) ? columns : null;
}

/**
 * The condition that a record `h` has a key in its column. A uuid is text inside, and text that is none is no key.
 * @param key SQL of the key as it is inside
 * @param from where that is read, ` from …`; nothing where it is at hand
 */
export function holdsKey({ name, type }: KeyColumn, key: string, from = ''): string {
  const value =
    type.kind === 'uuid'
      ? `case when ${key} ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then ${key}::uuid end`
      : key;
  return `h.${identifier(name)} = ${from === '' ? value : `(select ${value}${from})`}`;
}

function keyColumn(source: SourcePlan, expr: Expr): KeyColumn | null {
  if (expr.kind === 'column') {
    const name = source.kind === 'changes' ? expr.path[1] : expr.path[0];
    return name === undefined ? null : { name, type: expr.type };
  }
  if (expr.kind !== 'coalesce') return null;
  const value = keyColumn(source, expr.value);
  const otherwise = keyColumn(source, expr.otherwise);
  return value !== null && value.name === otherwise?.name ? value : null;
}
