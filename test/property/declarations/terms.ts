/** The kinds of value that lambdas are made of. */
export type Kind =
  'int' | 'decimal' | 'double' | 'bigint' | 'text' | 'enum' | 'uuid' | 'boolean' | 'timestamp';

/** Something that may be named in a lambda: a column, a feature, a constant. */
export interface Term {
  /** As it is written: `e.amount`, `c.after?.amount`, `f.clicks_7d`. */
  readonly code: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  /** Of an enum. */
  readonly values?: readonly string[];
}

/** What a lambda may look at, and the names of predicates and constants around it. */
export interface Scope {
  /** Its parameters: `e`, or `f, t`. */
  readonly parameters: string;
  readonly terms: readonly Term[];
  /** Calls that yield a boolean: `isLarge(e)`. */
  readonly predicates: readonly string[];
  /** Whether null must be tested with `==`: undefined may stand beside it. */
  readonly looseNull: boolean;
}

export const isNumber = ({ kind }: Term): boolean =>
  kind === 'int' || kind === 'decimal' || kind === 'double';
export const isText = ({ kind }: Term): boolean => kind === 'text' || kind === 'enum' || kind === 'uuid';

export function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028');
}
