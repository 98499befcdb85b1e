import { Command } from 'commander';
import { action } from '../failure.ts';

export interface RunsCommandOptions {
  readonly root: string;
  readonly config?: string;
  readonly drop?: readonly string[];
  readonly untouched?: string;
  readonly json?: boolean;
}

export function runsCommand(): Command {
  return new Command('runs')
    .description('list training sets and snapshots that were begun and have not ended, and drop them')
    .option(
      '--drop <run...>',
      'give these up, with all that they have computed; all: every one that no process is at',
    )
    .option('--untouched <duration>', 'only those of which nothing was computed for so long: 7d')
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
What was interrupted stays in the history's database, in the schema skewless_run_<run>, until the same command has gone
on with it to its end. What a process is at work at is never dropped.

Examples:
  $ skewless runs
  $ skewless runs --drop 5f2c81a09be3d714
  $ skewless runs --untouched 7d --drop all`,
    )
    .action(action(async (options: RunsCommandOptions) => (await import('./runs.ts')).tellRuns(options)));
}
