import { Command, InvalidArgumentError } from 'commander';
import { action } from '../failure.ts';

export interface ImportsCommandOptions {
  readonly root: string;
  readonly config?: string;
  readonly drop?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function importsCommand(): Command {
  return new Command('imports')
    .description('list what was imported into the history, and drop what should not have been')
    .argument('[source]', 'the stream or table, as declared; else all')
    .option(
      '--drop <number>',
      'take this import of the source out of the history, with all its rows',
      importNumber,
    )
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .option('--dry-run', 'say what would be dropped, and change nothing')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
What is dropped is gone at once and whole from training sets and from states that are built afterwards. A service whose
state was built with it keeps it until its state is built anew. The number is not given again.

Examples:
  $ skewless imports
  $ skewless imports flights --drop 2 --dry-run
  $ skewless imports flights --drop 2`,
    )
    .action(
      action(async (source: string | undefined, options: ImportsCommandOptions) =>
        (await import('./imports.ts')).tellImports(source ?? null, options),
      ),
    );
}

/** The number of an import. */
export function importNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is the number of an import: see skewless imports.');
}
