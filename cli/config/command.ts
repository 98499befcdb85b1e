import { Command } from 'commander';
import { action } from '../failure.ts';

export interface ConfigOptions {
  readonly root: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function configCommand(): Command {
  return new Command('config')
    .description('print the configuration as it takes effect: defaults filled in, secrets masked')
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Variables of the environment that go before the file are named beside what they set. Fails, with all that is wrong,
where \`skewless run\` would.

Examples:
  $ skewless config
  $ SKEWLESS_HTTP_PORT=9090 skewless config --json`,
    )
    .action(
      action(async (options: ConfigOptions) => (await import('./print-config.ts')).printConfig(options)),
    );
}
