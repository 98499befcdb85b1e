/** One kind of diagnostic. `P`: what its texts are made of. */
export interface Entry<P> {
  /** A noun phrase, for the list in the docs. */
  readonly title: string;
  /** Why it is wrong: one sentence without a full stop. */
  readonly message: (params: P) => string;
  /** What to write instead; absent where the message says it already. */
  readonly hint?: (params: P) => string | null;
}

/** Declares an entry of the catalog; `P` is inferred from the parameter of `message`. */
export function entry<P>(declared: Entry<P>): Entry<P> {
  return declared;
}
