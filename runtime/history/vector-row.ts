// Read path for people: a vector's row by the function that the schema installs, for queries built with Kysely.
import { sql } from 'kysely';
import type { AliasedRawBuilder, Expression } from 'kysely';
import { quoteIdentifier } from './relations.ts';

/** When a vector is read, and what is known then: instants of the query, or given ones. */
export interface ReadInstant {
  readonly t: Expression<Date>;
  /** What had arrived by then is known; at t unless given, all there is at `'infinity'`. */
  readonly known_at?: Expression<Date | null>;
}

/**
 * The row of one read, as `f`, to join laterally.
 * @param request the vector's keys and inputs, in order
 */
export function vectorRow<R>(
  vector: string,
  request: readonly Expression<unknown>[],
  { t, known_at: knownAt }: ReadInstant,
): AliasedRawBuilder<R, 'f'> {
  const given = [...request, t, ...(knownAt === undefined ? [] : [knownAt])];
  return sql<R>`${sql.raw(`"skewless".${quoteIdentifier(vector)}`)}(${sql.join(given)})`.as('f');
}
