import { Command, InvalidArgumentError } from 'commander';
import { action } from '../failure.ts';

export interface StatusOptions {
  readonly root: string;
  readonly config?: string;
  readonly url?: string;
  readonly json?: boolean;
  /** Seconds. */
  readonly watch?: number | true;
}

export function statusCommand(): Command {
  return new Command('status')
    .description(
      'what the running service is doing: sources and their lag, state, checkpoints, archive, reads',
    )
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .option('--url <address>', 'where the service listens; else as the configuration says')
    .option('--json', 'as JSON, as the service answers it')
    .option('--watch [seconds]', 'again and again, every 2 seconds unless told', seconds)
    .addHelpText(
      'after',
      `
Exits with 0 where the service runs, else with 1; then it tells what the newest checkpoint holds. The token is the
configuration's, or SKEWLESS_TOKEN.

Examples:
  $ skewless status
  $ skewless status --watch
  $ skewless status --url http://10.0.0.7:8080 --json`,
    )
    .action(action(async (options: StatusOptions) => (await import('./status.ts')).status(options)));
}

function seconds(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a number of seconds above 0.');
}
