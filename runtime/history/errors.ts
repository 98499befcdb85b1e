// Control path.

/** A source, or one partition of it, that lacks what a query needs. */
export interface Lack {
  readonly source: string;
  /** Which partition; null: the source as a whole. */
  readonly of: { readonly topic: number; readonly epoch: number; readonly partition: number } | null;
  /** What the query needs, and what there is: µs, or offsets. */
  readonly needed: string;
  readonly present: string;
}

/** The history does not reach as far as a query needs, or no longer: an answer would come from a hole. */
export class HistoryBehind extends Error {
  override readonly name = 'HistoryBehind';
  readonly code = 'history-behind';

  constructor(readonly lacks: readonly Lack[]) {
    const lines = lacks.map(({ source, of, needed, present }) => {
      const where =
        of === null ? source : `${source}, topic ${of.topic}, epoch ${of.epoch}, partition ${of.partition}`;
      return `  ${where}: needs ${needed}, has ${present}`;
    });
    super(`the history lacks what the training set needs:\n${lines.join('\n')}`);
  }
}

/** A row of a spine that cannot be read. */
export class BadSpineRow extends Error {
  override readonly name = 'BadSpineRow';
  readonly code = 'bad-spine-row';

  constructor(
    readonly row: number,
    reason: string,
  ) {
    super(`row ${row} of the spine: ${reason}`);
  }
}
