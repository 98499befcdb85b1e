// Control path. The leak: where a training set made in hindsight tells what no live read could have known.
import type { SqlColumn } from '../history/program.ts';
import type { Value } from '../history/values.ts';
import type { RowBatch } from './contract.ts';

/** A feature, and of how many rows its value differs between arrival and hindsight. */
export interface FeatureLeak {
  readonly feature: string;
  readonly rows: number;
}

/** Counts, column by column, the rows in which two results differ. */
export class LeakCount {
  readonly #features: readonly { readonly name: string; readonly at: number }[];
  readonly #counts: number[];

  /**
   * @param columns of both results
   * @param features those that are compared
   */
  constructor(columns: readonly SqlColumn[], features: readonly SqlColumn[]) {
    const names = columns.map(({ name }) => name);
    // An input of the request may have a feature's name: the feature stands behind it.
    this.#features = features.map(({ name }) => ({ name, at: names.lastIndexOf(name) }));
    this.#counts = features.map(() => 0);
  }

  /** Batches of as many rows. */
  add(a: RowBatch, b: RowBatch): void {
    this.#features.forEach(({ at }, place) => {
      const left = a.columns[at]!;
      const right = b.columns[at]!;
      for (let row = 0; row < a.rows; row += 1) {
        if (!isSame(left[row]!, right[row]!)) this.#counts[place] = this.#counts[place]! + 1;
      }
    });
  }

  result(): readonly FeatureLeak[] {
    return this.#features.map(({ name }, place) => ({ feature: name, rows: this.#counts[place]! }));
  }
}

function isSame(a: Value, b: Value): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((value, place) => Object.is(value, b[place]));
}

/** Two results in step: pairs of batches of as many rows. Both must have the same rows. */
export async function* inStep(
  a: AsyncIterable<RowBatch>,
  b: AsyncIterable<RowBatch>,
): AsyncGenerator<readonly [RowBatch, RowBatch]> {
  const others = b[Symbol.asyncIterator]();
  let held: RowBatch = { rows: 0, columns: [] };
  try {
    for await (const batch of a) {
      for (let at = 0; at < batch.rows;) {
        if (held.rows === 0) {
          const next = await others.next();
          if (next.done === true) throw new Error('the two results have not as many rows');
          held = next.value;
        }
        const rows = Math.min(batch.rows - at, held.rows);
        yield [slice(batch, at, at + rows), slice(held, 0, rows)];
        held = slice(held, rows, held.rows);
        at += rows;
      }
    }
  } finally {
    await others.return?.();
  }
}

const slice = ({ rows, columns }: RowBatch, from: number, to: number): RowBatch =>
  from === 0 && to === rows
    ? { rows, columns }
    : { rows: to - from, columns: columns.map(column => column.slice(from, to)) };
