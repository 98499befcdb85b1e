import { Command } from 'commander';
import { action } from '../failure.ts';

export interface RunOptions {
  readonly root: string;
  readonly config?: string;
}

export function runCommand(): Command {
  return new Command('run')
    .description('run the service: read the sources, keep the state, serve the features')
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .addHelpText(
      'after',
      `
SIGTERM or SIGINT stops it in order: it answers what is under way, writes a checkpoint, and exits with 0. A second
one ends it at once; nothing is lost then either, for it goes on from its last checkpoint. It exits with 1 where it
cannot go on without a wrong answer, and says why.

Examples:
  $ skewless run
  $ skewless run --config deploy/skewless.config.ts
  $ SKEWLESS_HTTP_HOST=0.0.0.0 SKEWLESS_TOKEN=… skewless run`,
    )
    .action(action(async (options: RunOptions) => (await import('./run.ts')).run(options), 'go on'));
}
