// Control path.
import { fileURLToPath } from 'node:url';
import color from 'picocolors';
import { render } from '../generator/diagnostics/index.ts';
import { generate } from '../generator/index.ts';
import { compareFolder, writeFolder } from '../generator/output/folder.ts';
import { say } from './terminal.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Brings generated/ up to date with features/, as `npm run generate` does.
 * @throws Error where a declaration is wrong; what and where has then been shown
 */
export async function bringUpToDate(): Promise<void> {
  const { files, program, diagnostics, sources } = await generate({ root, features: 'features' });
  if (files === null || program === null) {
    say(render(diagnostics, sources, { color: color.isColorSupported }));
    throw new Error('features/ has errors; nothing was generated');
  }
  const differences = compareFolder(`${root}generated`, files);
  writeFolder(`${root}generated`, differences);
  const features = program.groups.reduce((sum, group) => sum + group.features.length, 0);
  say(
    `${features} features in ${program.groups.length} groups and ${program.vectors.length} vectors → ` +
      `${files.length} files, ${differences.length === 0 ? 'all up to date' : `${differences.length} written`}`,
  );
}
