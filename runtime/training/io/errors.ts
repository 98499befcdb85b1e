// What goes wrong with the files and tables around a training set.

/** A spine that cannot be read at all: what is wrong, where, and what to write instead. */
export class SpineError extends Error {
  override readonly name = 'SpineError';
  readonly code = 'bad-spine';
  /** There is nothing wrong with it, but that it has no rows. */
  readonly isEmpty: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isEmpty?: boolean } = {}) {
    super(message, options);
    this.isEmpty = options.isEmpty ?? false;
  }
}

/** An output that cannot be written. Nothing is left under its final name. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly code = 'bad-output';
}

export const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));
