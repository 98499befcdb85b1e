import { Command } from 'commander';
import { action } from '../failure.ts';

export interface LockOptions {
  readonly root: string;
  readonly features: string;
  readonly all?: boolean;
}

export function lockCommand(): Command {
  return new Command('lock')
    .description('accept what features mean now, at a new version')
    .argument('[features...]', 'accept these, `group.feature` or a whole `group`, and what depends on them')
    .option('--root <folder>', 'the project', '.')
    .option('--features <folder>', 'where features are declared, below the root', 'features')
    .option('--all', 'accept every change')
    .addHelpText(
      'after',
      `
Without features and --all it tells what has changed, and changes nothing.

Examples:
  $ skewless lock
  $ skewless lock user_behavior.revenue_7d
  $ skewless lock --all`,
    )
    .action(
      action(async (names: string[], options: LockOptions) =>
        (await import('./accept-changes.ts')).acceptChanges(names, options),
      ),
    );
}
