import type { z } from 'zod';
import type { Shape } from './wire.ts';

/** What features describe: a user, an item, a session. Its keys find the rows by column name. */
export interface Entity<S extends Shape> {
  readonly kind: 'entity';
  readonly name: string;
  readonly shape: S;
}

export type AnyEntity = Entity<Shape>;

/** The keys of an entity as a request gives them. */
export type KeysOf<S extends Shape> = { readonly [K in keyof S]: NonNullable<z.output<S[K]>> };

/**
 * Declares an entity.
 * @param keys one or more of `int()`, `bigint()`, `z.string()`, `z.enum(…)`, `z.boolean()`, `uuid()`
 */
export function entity<S extends Shape>(name: string, keys: S): Entity<S> {
  return { kind: 'entity', name, shape: keys };
}
