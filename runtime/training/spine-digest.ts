// Hot path of checking a spine. What tells one spine from another: its columns and all their values, in order.
import { createHash } from 'node:crypto';
import type { SqlColumn } from '../history/program.ts';
import type { Value } from '../history/values.ts';
import type { RowBatch } from './contract.ts';

/** Independent of how the rows are cut into batches. */
export class SpineDigest {
  readonly #columns: readonly SqlColumn[];
  readonly #hashes: readonly ReturnType<typeof createHash>[];

  constructor(columns: readonly SqlColumn[]) {
    this.#columns = columns;
    this.#hashes = columns.map(() => createHash('sha256'));
  }

  add({ rows, columns }: RowBatch): void {
    if (rows === 0) return;
    this.#hashes.forEach((hash, place) => {
      hash.update(JSON.stringify(columns[place], exact).slice(1, -1));
      hash.update(',');
    });
  }

  /** In hexadecimal. */
  result(): string {
    const hash = createHash('sha256').update(JSON.stringify(this.#columns));
    for (const column of this.#hashes) hash.update(column.digest());
    return hash.digest('hex');
  }
}

/** What JSON does not tell apart; the column's type says what such a text is. */
const exact = (_: string, value: Value): unknown =>
  typeof value === 'bigint' ? String(value) : Object.is(value, -0) ? '-0' : value;
