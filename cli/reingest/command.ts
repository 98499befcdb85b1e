import { Command } from 'commander';
import { action } from '../failure.ts';

export interface ReingestOptions {
  readonly root: string;
  readonly config?: string;
  readonly source?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function reingestCommand(): Command {
  return new Command('reingest')
    .description('try refused records of the history again, as a new import, after a schema was mended')
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .option('--source <name>', 'of this source alone')
    .option('--dry-run', 'say what would become of them, and change nothing')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Records that decode now are appended to the history, each once; others stay, with the reason they are refused for
today. Training sets see them; a running service does not until its state is built anew.

Examples:
  $ skewless reingest --dry-run
  $ skewless reingest --source page_views`,
    )
    .action(
      action(async (options: ReingestOptions) => (await import('./reingest.ts')).reingestRefused(options)),
    );
}
