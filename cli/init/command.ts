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
        const { written, kept } = initialise(resolve(folder), Date.now());
        for (const path of kept) console.log(color.dim(`  kept     ${path}`));
        for (const path of written) console.log(`  ${color.green('written')}  ${path}`);
        for (const line of written.length === 0 ? ['nothing to do'] : nextSteps(folder)) console.log(line);
        return true;
      }),
    );
}

function nextSteps(folder: string): string[] {
  const enter = folder === '.' ? '' : `cd ${folder} && `;
  const read = `curl 'localhost:8080/v1/groups/user_views?user_id=1'`;
  return [
    `next: ${color.bold(`${enter}npm install && npm run generate && npm test && npm start`)}`,
    `then, while it runs: ${color.bold(read)}, and http://localhost:8080/docs`,
  ];
}
