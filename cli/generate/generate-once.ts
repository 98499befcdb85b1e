import { relative, resolve } from 'node:path';
import color from 'picocolors';
import { render } from '../../generator/diagnostics/index.ts';
import type { DeclarationCache } from '../../generator/frontend/index.ts';
import { generate } from '../../generator/index.ts';
import { compareFolder, unifiedDiff, writeFolder } from '../../generator/output/folder.ts';
import type { Difference } from '../../generator/output/folder.ts';
import { checkLock, keepLock } from '../lock/keep-lock.ts';
import { counted } from '../units.ts';
import type { GenerateOptions } from './command.ts';

export interface Watching {
  readonly cache: DeclarationCache;
  /** Told which files a run has read. */
  readonly read: (files: readonly string[]) => void;
}

/** One run. @returns whether the output is (now) what the declarations say. */
export async function generateOnce(options: GenerateOptions, watching?: Watching): Promise<boolean> {
  const started = performance.now();
  const root = resolve(options.root);
  const generated = await generate({
    root,
    features: options.features,
    ...(watching ? { cache: watching.cache } : {}),
  });
  const { files, diagnostics, sources, program } = generated;
  watching?.read([...sources.keys()].map(path => resolve(root, path)));
  if (diagnostics.length > 0) console.error(render(diagnostics, sources, { color: color.isColorSupported }));
  if (files === null || program === null) {
    const problems = diagnostics.length === 1 ? 'a problem' : `${diagnostics.length} problems`;
    console.error(color.red(`${problems} in ${options.features}/; nothing was written`));
    return false;
  }
  const differences = compareFolder(resolve(root, options.out), files);
  const foreign = differences
    .filter(({ kind }) => kind === 'foreign')
    .map(({ path }) => `${options.out}/${path}`);
  if (foreign.length > 0) {
    console.error(color.red(`skewless did not write ${foreign.join(', ')}; nothing was written`));
    console.error('Move what is yours, or choose another folder with --out');
    return false;
  }
  if (options.check) {
    const isFresh = checkFiles(options.out, differences, files.length);
    if (!checkLock(root, generated) || !isFresh) return false;
  } else keepLock(root, generated, watching === undefined);
  writeFolder(resolve(root, options.out), differences);
  const features = program.groups.reduce((sum, group) => sum + group.features.length, 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const removed = differences.filter(({ kind }) => kind === 'left-over').length;
  const written = differences.length - removed;
  const changed =
    differences.length === 0
      ? 'up to date'
      : [...(written > 0 ? [`${written} written`] : []), ...(removed > 0 ? [`${removed} removed`] : [])].join(
          ', ',
        );
  console.log(
    `${counted(features, 'feature')} in ${counted(program.groups.length, 'group')}, ${counted(program.vectors.length, 'vector')}: ` +
      `${counted(files.length, 'file')} in ${relative(process.cwd(), resolve(root, options.out)) || '.'}, ${changed} (${seconds} s)`,
  );
  return true;
}

/** Tells what is stale. @returns whether nothing is */
function checkFiles(out: string, differences: readonly Difference[], files: number): boolean {
  if (differences.length === 0) return true;
  console.log(unifiedDiff(out, differences));
  console.error(color.red(`${out}/ is stale: ${differences.length} of ${files} files differ`));
  console.error('Repair: npm run generate, then commit the result');
  return false;
}
