// Control path: checkpoints. Which rows of shared columns are meant, column by column.

const INITIAL = 256;

/** Runs of rows of shared columns, in the order in which they lie packed in a checkpoint. */
export class Runs {
  from = new Int32Array(INITIAL);
  length = new Int32Array(INITIAL);
  count = 0;
  /** Rows of all runs. */
  rows = 0;

  add(from: number, length: number): void {
    if (this.count === this.from.length) this.#grow();
    this.from[this.count] = from;
    this.length[this.count] = length;
    this.count += 1;
    this.rows += length;
  }

  clear(): void {
    this.count = 0;
    this.rows = 0;
  }

  #grow(): void {
    const grown = (cells: Int32Array): Int32Array<ArrayBuffer> => {
      const longer = new Int32Array(cells.length * 2);
      longer.set(cells);
      return longer;
    };
    this.from = grown(this.from);
    this.length = grown(this.length);
  }
}
