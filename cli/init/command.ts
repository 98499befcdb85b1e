import { resolve } from 'node:path';
import { Command } from 'commander';
import color from 'picocolors';
import { action } from '../failure.ts';

export function initCommand(): Command {
  return new Command('init')
    .description('make a folder a project: a first feature with its test, skewless.config.ts, package.json')
    .argument('[folder]', 'the project', '.')
    .addHelpText(
      'after',
      `
What is there already is left as it is.

Examples:
  $ skewless init
  $ skewless init my-features`,
    )
    .action(
      action(async (folder: string) => {
        const { initialise } = await import('./initialise.ts');
        const { written, kept } = initialise(resolve(folder));
        for (const path of kept) console.log(color.dim(`  kept     ${path}`));
        for (const path of written) console.log(`  ${color.green('written')}  ${path}`);
        const next = 'npm install && npm run generate && npm test && npm start';
        console.log(written.length === 0 ? 'nothing to do' : `next: ${color.bold(next)}`);
        return true;
      }),
    );
}
