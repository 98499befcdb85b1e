import { Command, Option } from 'commander';
import { action } from '../failure.ts';

export interface GenerateOptions {
  readonly root: string;
  readonly features: string;
  readonly out: string;
  readonly check?: boolean;
  readonly watch?: boolean;
}

export function generateCommand(): Command {
  return new Command('generate')
    .description('write generated/ from features/')
    .option('--root <folder>', 'the project', '.')
    .option('--features <folder>', 'where features are declared, below the root', 'features')
    .option('--out <folder>', 'where generated files go, below the root', 'generated')
    .addOption(
      new Option(
        '--check',
        'write nothing; exit 1 when the output is stale, or a changed meaning is not accepted',
      ).conflicts('watch'),
    )
    .option('--watch', 'generate again whenever a declaration changes')
    .addHelpText(
      'after',
      `
Examples:
  $ skewless generate
  $ skewless generate --watch
  $ skewless generate --check     in CI: fails where somebody forgot to generate, or skewless lock`,
    )
    .action(
      action(async (options: GenerateOptions) => {
        const { checkFolders } = await import('./folders.ts');
        checkFolders(options);
        if (options.watch) return (await import('./watch.ts')).watchAndGenerate(options);
        return (await import('./generate-once.ts')).generateOnce(options);
      }),
    );
}
