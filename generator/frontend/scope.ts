import type { Column, ValueType } from '../ir/types.ts';

/** What the parameters of a lambda stand for. */
export type Scope =
  /** `(e) => …`: a row of a stream or a table. */
  | { readonly kind: 'row'; readonly columns: readonly Column[] }
  /** `(c) => …`: a change, `{ op, before, after }`, with rows of these columns. */
  | { readonly kind: 'change'; readonly columns: readonly Column[] }
  /** `(f, t) => …`: the features before it (of a vector: with the request's inputs), and the instant. */
  | { readonly kind: 'derived'; readonly features: readonly ScopeFeature[] };

export interface ScopeFeature {
  readonly name: string;
  readonly type: ValueType;
  readonly nullable: boolean;
}
