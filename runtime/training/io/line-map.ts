// Which line each row of a text file begins at.

/** Rows that follow each other line by line take no memory; only where a line is skipped there is a mark. */
export class LineMap {
  readonly #rows: number[] = [];
  readonly #lines: number[] = [];

  /** Rows in order; those that have been told are known. */
  add(row: number, line: number): void {
    const last = this.#rows.at(-1);
    if (last !== undefined && (row <= last || this.lineOf(row) === line)) return;
    this.#rows.push(row);
    this.#lines.push(line);
  }

  /** From 1. */
  lineOf(row: number): number {
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#rows[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return row - (this.#rows[low] ?? 0) + (this.#lines[low] ?? 1);
  }
}
