import { Command, Option } from 'commander';
import { withKnowledge } from '../backfill/command.ts';
import type { KnowledgeOptions } from '../backfill/command.ts';
import { action } from '../failure.ts';

export interface SnapshotCommandOptions extends KnowledgeOptions {
  readonly out: string;
  readonly at?: string;
  readonly every?: string;
  readonly from?: string;
  readonly to?: string;
  readonly with: readonly string[];
}

export function snapshotCommand(): Command {
  return withKnowledge(
    new Command('snapshot')
      .description("every known key's values at one instant, or at each of a grid, as Parquet")
      .argument('<name>', 'a group, or a vector')
      .requiredOption(
        '--out <folder>',
        'gets a folder for each instant: at=2026-01-01T00:00:00Z/part-0.parquet',
      )
      .option('--at <instant>', 'ISO 8601 with a zone: 2026-01-01T00:00:00Z')
      .option('--every <duration>', 'the step of a grid, with --from and --to: 1d')
      .option('--from <instant>', 'the first instant of the grid')
      .option('--to <instant>', 'its end; an instant that falls on it belongs to the grid')
      .addOption(
        new Option('--with <name=value>', 'an input of the vector that is no key; may be given again')
          .argParser(collect)
          .default([], 'none'),
      )
      .option('--resume', 'leave instants as they are that are written already'),
  )
    .addHelpText(
      'after',
      `
A key is known that a record names which had arrived. An instant that was interrupted goes on when the same command is
given again; with --resume those before it stay as they are written.

Examples:
  $ skewless snapshot airport_departures --at 2026-01-01T00:00:00Z --out airports
  $ skewless snapshot airport_departures --every 1d --from 2026-01-01T00:00:00Z --to 2026-01-31T00:00:00Z --out airports
  $ skewless snapshot fraud_score --at 2026-01-01T00:00:00Z --with amount=20 --with terminal_id=7 --out scores`,
    )
    .action(
      action(async (name: string, options: SnapshotCommandOptions) =>
        (await import('./snapshot.ts')).snapshotTo(name, options),
      ),
    );
}

const collect = (value: string, values: readonly string[]): readonly string[] => [...values, value];
