import { z } from 'zod';
import { describeColumn } from './column-type.ts';

/**
 * Column schemas by name. zod's core type, not `z.ZodType`: comparing a schema with that one's hundred methods
 * would cost every author a second of type-checking.
 */
export type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The row that a schema yields: what lambdas see. */
export type RowOf<S extends Shape> = { readonly [K in keyof S]: z.output<S[K]> };

/** The row as it is written on the wire: nullable columns may be missing. */
export type WireRow<S extends Shape> = {
  readonly [K in keyof S as null extends z.input<S[K]> ? never : K]: z.input<S[K]>;
} & { readonly [K in keyof S as null extends z.input<S[K]> ? K : never]?: z.input<S[K]> | undefined };

/** zod's verdict on a record off the wire: the schema, in which a nullable column may also be missing. */
export function wireSchema(shape: Shape): z.ZodObject {
  const columns: Record<string, z.core.$ZodType> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const described = describeColumn(schema);
    const nullable = !('problem' in described) && described.nullable;
    columns[name] = nullable
      ? z.pipe(
          z.nullish(schema),
          z.transform(value => value ?? null),
        )
      : schema;
  }
  return z.object(columns);
}
