import { Command } from 'commander';
import { action } from '../failure.ts';
import { importNumber } from '../imports/command.ts';

export interface ImportCommandOptions {
  readonly root: string;
  readonly config?: string;
  readonly from: string;
  readonly format?: 'ndjson' | 'csv' | 'parquet';
  readonly map?: readonly string[];
  readonly arrival?: string;
  readonly until?: string;
  readonly overlap?: boolean;
  readonly replace?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description('load past records of a source into the history, before its log')
    .argument('<source>', 'the stream or table, as declared')
    .requiredOption(
      '--from <where>',
      "a file (.csv, .ndjson, .parquet; .gz), table:NAME or query:SQL of the history's database",
    )
    .option('--format <format>', 'ndjson, csv or parquet; else by the name of the file')
    .option('--map <column=name...>', 'a column of the source, and the name it has there')
    .option('--arrival <name>', 'the column that says when a row arrived; else its event time')
    .option('--until <log|instant>', 'leave out what arrived since the log began, or since an instant')
    .option('--overlap', 'take rows of a time that earlier imports have rows of: both count')
    .option('--replace <number>', 'in the place of this earlier import, which is dropped', importNumber)
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .option('--dry-run', 'say what would come of it, and change nothing')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
All or nothing: an import that is interrupted leaves nothing, and the same content is imported once. Other content of a
time that an earlier import is of is an error: see --replace and --overlap, and skewless imports. Rows that do not
decode are kept as refused (\`skewless reingest\`). A running service does not see them until its state is built anew.

Examples:
  $ skewless import flights --from flights-2025.parquet --dry-run
  $ skewless import page_views --from table:archive.views --map event_time=viewed_at --until log
  $ skewless import users --from users.csv --arrival updated_at
  $ skewless import flights --from flights-2025-corrected.parquet --replace 1`,
    )
    .action(
      action(async (source: string, options: ImportCommandOptions) =>
        (await import('./import.ts')).importRecords(source, options),
      ),
    );
}
