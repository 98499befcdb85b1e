// The Python that reads training sets back: what SKEWLESS_PYTHON names, else python3 of the PATH.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const python = process.env['SKEWLESS_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('python/read_parquet.py', import.meta.url));

export type PythonReader = 'pandas' | 'pandas-nullable' | 'polars';

/** Whole numbers as text, instants as text of µs. */
export interface PythonRead {
  readonly types: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** Whether it is at hand with all that the readers need. */
export const hasPython =
  spawnSync(python, ['-c', 'import pandas, polars, pyarrow'], { timeout: 60_000 }).status === 0;

export function readByPython(reader: PythonReader, path: string): PythonRead {
  const { status, stdout, stderr } = spawnSync(python, [script, reader, path], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 100_000,
  });
  if (status !== 0) throw new Error(`${reader} cannot read ${path}: ${stderr}`);
  return JSON.parse(stdout) as PythonRead;
}
