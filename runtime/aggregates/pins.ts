// Control path: run when a segment is trimmed. Which of the rows that no window sees a lifetime feature needs.
import type { ValueColumn } from '../state/column.ts';
import type { Pin } from '../state/segments.ts';

/** Stands for a column that every row has a value in. */
export const EVERY_ROW = { has: (): boolean => true };

/** The newest `n` rows that have a value in the column. */
export class KeepNewest implements Pin {
  constructor(
    readonly column: Pick<ValueColumn, 'has'>,
    readonly n: number,
  ) {}

  mark(rows: Int32Array, count: number, keep: Uint8Array): void {
    let left = this.n;
    for (let i = count - 1; i >= 0 && left > 0; i -= 1) {
      if (!this.column.has(rows[i]!)) continue;
      keep[i] = 1;
      left -= 1;
    }
  }
}

/** The oldest row that has a value. */
export class KeepOldest implements Pin {
  constructor(readonly column: Pick<ValueColumn, 'has'>) {}

  mark(rows: Int32Array, count: number, keep: Uint8Array): void {
    for (let i = 0; i < count; i += 1) {
      if (!this.column.has(rows[i]!)) continue;
      keep[i] = 1;
      return;
    }
  }
}

/** A row of the least value (`sign` −1) or of the greatest (1). */
export class KeepExtreme implements Pin {
  constructor(
    readonly column: ValueColumn,
    readonly sign: 1 | -1,
  ) {}

  mark(rows: Int32Array, count: number, keep: Uint8Array): void {
    const { column, sign } = this;
    let best = -1;
    for (let i = 0; i < count; i += 1) {
      const at = rows[i]!;
      if (!column.has(at)) continue;
      if (best < 0 || column.compare(column.cells[at]!, column.cells[rows[best]!]!) * sign > 0) best = i;
    }
    if (best >= 0) keep[best] = 1;
  }
}
