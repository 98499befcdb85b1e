// Control path.

/** A training set that was begun and is not there: stopped by a signal, or by what went wrong. What is computed stays. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
  readonly code = 'unfinished';

  /** @param cause null: it was told to stop */
  constructor(
    readonly run: string,
    cause: Error | null,
  ) {
    const why = cause === null ? 'it was told to stop' : cause.message || cause.name;
    super(
      `the training set is not finished: ${why}.\n` +
        `What is computed stays in the schema skewless_run_${run}: the same command goes on from there,\n` +
        `and skewless runs --drop ${run} gives it up.`,
      cause === null ? {} : { cause },
    );
  }
}
