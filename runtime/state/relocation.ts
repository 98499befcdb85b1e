// Control path: run when the places of all columns run out.
import type { Cells } from './bytes.ts';

/** Where the rows of each segment go when all columns are laid out anew, side by side. */
export class Relocation {
  /** Triples: from, to, length. */
  readonly #moves: Int32Array;
  #length = 0;

  constructor(
    segments: number,
    /** Places of the new columns. */
    readonly capacity: number,
  ) {
    this.#moves = new Int32Array(segments * 3);
  }

  add(from: number, to: number, length: number): void {
    this.#moves[this.#length] = from;
    this.#moves[this.#length + 1] = to;
    this.#moves[this.#length + 2] = length;
    this.#length += 3;
  }

  /** Copies the cells of every row into a fresh array, `width` cells a row. */
  copy<C extends Cells>(cells: C, fresh: C, width = 1): C {
    if (cells.BYTES_PER_ELEMENT === 1) this.#copyBytes(cells, fresh);
    else this.#copyWords(wordsOf(cells), wordsOf(fresh), (width * cells.BYTES_PER_ELEMENT) / 4);
    return fresh;
  }

  /** One loop for all kinds of cells, so that it stays fast: as words they are alike. */
  #copyWords(cells: Int32Array, fresh: Int32Array, width: number): void {
    const moves = this.#moves;
    for (let i = 0; i < this.#length; i += 3) {
      const from = moves[i]! * width;
      const to = moves[i + 1]! * width;
      const length = moves[i + 2]! * width;
      // A call of `set` costs more than copying a short run.
      if (length > 128) fresh.set(cells.subarray(from, from + length), to);
      else for (let j = 0; j < length; j += 1) fresh[to + j] = cells[from + j]!;
    }
  }

  #copyBytes(cells: Cells, fresh: Cells): void {
    const moves = this.#moves;
    for (let i = 0; i < this.#length; i += 3) {
      const from = moves[i]!;
      fresh.set(cells.subarray(from, from + moves[i + 2]!), moves[i + 1]!);
    }
  }
}

function wordsOf(cells: Cells): Int32Array {
  return new Int32Array(cells.buffer, cells.byteOffset, cells.byteLength / 4);
}
