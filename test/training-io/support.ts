import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { SqlColumn, SqlScalarKind } from '../../runtime/history/program.ts';
import type { Value } from '../../runtime/history/index.ts';
import { openSpine } from '../../runtime/training/io/index.ts';
import type { ExpectedColumn, SpineOptions, SpineProblem } from '../../runtime/training/io/index.ts';
import type { RowBatch } from '../../runtime/training/contract.ts';

export interface Folder {
  readonly path: string;
  write(name: string, content: string | Uint8Array): string;
  names(): string[];
}

/** A folder that goes with the test file. */
export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'skewless-training-io-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write(name, content) {
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
    names: () => readdirSync(path).sort(),
  };
}

export const column = (name: string, kind: SqlScalarKind, list = false): SqlColumn => ({
  name,
  type: { kind, list },
});

export const expecting = (...columns: readonly ExpectedColumn[]): Map<string, ExpectedColumn> =>
  new Map(columns.map(each => [each.name, each]));

export const batchOf = (rows: readonly (readonly Value[])[]): RowBatch => ({
  rows: rows.length,
  columns: rows.length === 0 ? [] : rows[0]!.map((_, i) => rows.map(row => row[i]!)),
});

export interface ReadSpine {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly (readonly Value[])[];
  readonly problems: readonly SpineProblem[];
  readonly places: readonly string[];
}

/** The spine, read twice: both reads must yield the same. */
export async function readSpine(spec: string, options: SpineOptions): Promise<ReadSpine> {
  const spine = await openSpine(spec, options);
  try {
    const reads: { rows: Value[][]; problems: SpineProblem[] }[] = [];
    for (let i = 0; i < 2; i += 1) {
      const rows: Value[][] = [];
      const problems: SpineProblem[] = [];
      for await (const batch of spine.batches()) {
        if (batch.first !== rows.length)
          throw new Error(`a batch begins at ${batch.first}, not ${rows.length}`);
        for (let row = 0; row < batch.rows; row += 1) rows.push(batch.columns.map(values => values[row]!));
        problems.push(...batch.problems);
      }
      reads.push({ rows, problems });
    }
    const [first, second] = reads;
    if (show(first) !== show(second)) throw new Error('the second read is not the first');
    if (first!.rows.length !== spine.rows) throw new Error(`${spine.rows} rows are told`);
    return { columns: spine.columns, ...first!, places: first!.rows.map((_, row) => spine.where(row)) };
  } finally {
    await spine.close();
  }
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
