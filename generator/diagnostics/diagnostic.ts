/** A stretch of a file: offsets into its text, `end` exclusive. `file` is the path from the project's root. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Another place that explains the first one. */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

/** What is wrong, where, and what to write instead. Data: rendering happens at the edge. */
export interface Diagnostic {
  readonly code: string;
  /** The reason, one sentence without a full stop. */
  readonly message: string;
  /** null: about the project as a whole. */
  readonly span: Span | null;
  /** What to write instead; null where the message says it already. */
  readonly hint: string | null;
  readonly related: readonly Related[];
}
