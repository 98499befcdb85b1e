// Control path. A training set never takes the place of the spine that it is made of.
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { OutputError } from './errors.ts';
import type { OutputSpec } from './output-spec.ts';
import { parseSpineSpec } from './spine-spec.ts';

/** @throws OutputError where both are the same file or table; SpineError for a spine that says nothing */
export function refuseSpineAsOutput(spine: string, out: OutputSpec): void {
  const from = parseSpineSpec(spine);
  const isSame =
    from.kind === 'table' && out.kind === 'table'
      ? from.table.schema === out.table.schema && from.table.table === out.table.table
      : from.kind === 'file' && out.kind === 'file' && realPath(from.path) === realPath(out.path);
  if (!isSame) return;
  throw new OutputError(`${spine} is the spine, which the training set would replace: choose another --out`);
}

/** What is not there, or cannot be looked at, is what it is called. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
