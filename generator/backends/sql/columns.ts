import type { SqlType } from '../../../runtime/history/program.ts';
import type { ScalarType, ValueType } from '../../ir/index.ts';
import { identifier } from './literal.ts';

/** The column type of a history table. */
export function pgType(type: ScalarType): string {
  switch (type.kind) {
    case 'int':
    case 'bigint':
      return 'bigint';
    case 'decimal':
      return `numeric(${type.precision}, ${type.scale})`;
    case 'double':
      return 'double precision';
    case 'text':
    case 'enum':
      return 'text collate "C"';
    case 'uuid':
      return 'uuid';
    case 'boolean':
      return 'boolean';
    case 'timestamp':
      return 'timestamptz';
  }
}

/** A column of a history table as its type is held in expressions: µs, text, else as it is. */
export function heldColumn(reference: string, type: ScalarType): string {
  switch (type.kind) {
    case 'timestamp':
      return microsecondsOf(reference);
    case 'uuid':
      return `${reference}::text`;
    default:
      return reference;
  }
}

/** timestamptz → µs since 1970, exactly; see {@link microsecondsFunction}. */
export function microsecondsOf(reference: string): string {
  return `"skewless".us(${reference})`;
}

/** Since when a record `h` is known, µs. */
export const knownSince = `coalesce(h."#known", ${microsecondsOf('h."_arrived_at"')})`;

/** PostgreSQL expands it in place. It is no more than stable, for so is `extract`, though an epoch needs no time zone. */
export const microsecondsFunction = `create or replace function "skewless"."us"(t timestamptz) returns bigint
language sql stable parallel safe as 'select (extract(epoch from t) * 1000000)::bigint'`;

export function sqlType(type: ValueType): SqlType {
  return type.kind === 'list' ? { kind: type.of.kind, list: true } : { kind: type.kind, list: false };
}

/** `"history"."user_events"`. */
export function historyTable(source: string): string {
  return `"history".${identifier(source)}`;
}
