// Control path.
import { importTopic } from './partitions.ts';

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
      return `  ${placeText(source, of)}: needs ${needed}, has ${present}`;
    });
    super(`the history lacks what the training set needs:\n${lines.join('\n')}`);
  }
}

function placeText(source: string, of: Lack['of']): string {
  if (of === null) return source;
  if (of.topic === importTopic) return `${source}, import ${of.epoch}`;
  return `${source}, topic ${of.topic}, epoch ${of.epoch}, partition ${of.partition}`;
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
