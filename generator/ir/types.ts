/**
 * The types a value can have. A type says what the value *means*; each backend decides how to hold it.
 *
 * | kind      | JavaScript                        | PostgreSQL         |
 * | --------- | --------------------------------- | ------------------ |
 * | int       | number, a safe integer            | bigint             |
 * | bigint    | bigint, a signed 64-bit integer   | bigint             |
 * | decimal   | number, the nearest double        | numeric(p, s)      |
 * | double    | number                            | double precision   |
 * | text      | string                            | text COLLATE "C"   |
 * | enum      | string, one of `values`           | text COLLATE "C"   |
 * | uuid      | string, lower case                | uuid               |
 * | boolean   | boolean                           | boolean            |
 * | timestamp | number, µs since 1970 (`Instant`) | bigint µs inside, timestamptz in tables |
 *
 * Nullability is not part of the type: it stands beside it.
 */
export type ScalarType =
  | { readonly kind: 'int' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'double' }
  | { readonly kind: 'text' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'timestamp' };

export interface ListType {
  readonly kind: 'list';
  readonly of: ScalarType;
}

/** What a feature can be. */
export type ValueType = ScalarType | ListType;

/** A row inside a row: `before` and `after` of a change event. Exists only while lambdas are lowered. */
export interface StructType {
  readonly kind: 'struct';
  readonly columns: readonly Column[];
}

/** A named, typed place in a row. */
export interface Column {
  readonly name: string;
  readonly type: ScalarType;
  readonly nullable: boolean;
  readonly doc?: string;
}
