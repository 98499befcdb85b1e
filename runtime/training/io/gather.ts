// Hot path of reading a spine. Rows become columns; what is wrong becomes null and a problem.
import type { Value } from '../../history/values.ts';
import { described, readCell, shown } from './cell.ts';
import type { ExpectedColumn, SpineBatch, SpineProblem } from './spine.ts';

export class Gatherer {
  readonly #columns: readonly ExpectedColumn[];
  #values: Value[][];
  #problems: SpineProblem[] = [];
  #first = 0;
  #rows = 0;

  /** @param columns with what is known of them; those that pass through are nullable */
  constructor(columns: readonly ExpectedColumn[]) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
  }

  /** How many rows have begun, in all batches. */
  get count(): number {
    return this.#first + this.#rows;
  }

  get pending(): number {
    return this.#rows;
  }

  /** Cells in the order of the columns, as JSON values; undefined is null. */
  row(cells: readonly unknown[]): void {
    for (let i = 0; i < this.#columns.length; i += 1) {
      const cell = cells[i];
      this.#values[i]!.push(cell === null || cell === undefined ? this.#absent(i) : this.#present(i, cell));
    }
    this.#rows += 1;
  }

  /** A row of which nothing can be read. */
  brokenRow(value: string, reason: string): void {
    for (const values of this.#values) values.push(null);
    this.#problem(null, value, reason);
    this.#rows += 1;
  }

  /** The rows since the last call. */
  take(): SpineBatch {
    const batch = { rows: this.#rows, columns: this.#values, first: this.#first, problems: this.#problems };
    this.#first += this.#rows;
    this.#rows = 0;
    this.#values = this.#columns.map(() => []);
    this.#problems = [];
    return batch;
  }

  #absent(index: number): null {
    const { name, nullable } = this.#columns[index]!;
    if (nullable !== true) this.#problem(name, '', 'it is null, and must not be');
    return null;
  }

  #present(index: number, cell: unknown): Value {
    const column = this.#columns[index]!;
    const value = readCell(column.type, cell);
    if (value !== undefined) return value;
    this.#problem(column.name, cell, `it is not ${described(column.type)}`);
    return null;
  }

  #problem(column: string | null, value: unknown, reason: string): void {
    this.#problems.push({ row: this.count, column, value: shown(value), reason });
  }
}

/** The type of each column: as expected, else as it was found, and then with nulls. */
export function typed(
  found: readonly ExpectedColumn[],
  expected: ReadonlyMap<string, ExpectedColumn>,
): readonly ExpectedColumn[] {
  return found.map(column => expected.get(column.name) ?? { ...column, nullable: true });
}
