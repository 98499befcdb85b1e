import { statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { Failure } from '../failure.ts';
import type { GenerateOptions } from './command.ts';

/** @throws Failure where the folders that the options name cannot be used */
export function checkFolders({ root, features, out }: GenerateOptions): void {
  const declarations = resolve(root, features);
  const output = resolve(root, out);
  const found = statSync(declarations, { throwIfNoEntry: false });
  if (!found?.isDirectory()) {
    const wanted = relative(process.cwd(), declarations) || '.';
    throw new Failure(
      `there is no folder ${wanted}: run it in the project, say where that is with --root, or begin one with skewless init`,
    );
  }
  if (isWithin(declarations, output) || isWithin(output, declarations)) {
    throw new Failure(
      `--out ${out} and --features ${features} lie in each other: what is generated needs a folder of its own`,
    );
  }
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}
