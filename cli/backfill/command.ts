import { Command, InvalidArgumentError, Option } from 'commander';
import { action } from '../failure.ts';

/** How a history is asked, of a training set and of a snapshot alike. */
export interface KnowledgeOptions {
  readonly root: string;
  readonly config?: string;
  readonly known?: 'arrival' | 'hindsight';
  readonly knownLag?: string;
  readonly frontier?: string;
  readonly before?: boolean;
  readonly jobs: number;
  readonly chunk: number;
  /** Each command says what it means by it. */
  readonly resume?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
}

export interface BackfillCommandOptions extends KnowledgeOptions {
  readonly spine?: string;
  readonly out?: string;
  readonly format?: 'parquet' | 'csv' | 'ndjson';
  readonly timeColumn: string;
  readonly leak?: boolean;
  readonly dryRun?: boolean;
  readonly explain?: boolean;
  readonly prepare?: boolean;
  readonly printSql?: boolean;
}

export function backfillCommand(): Command {
  return withKnowledge(
    new Command('backfill')
      .description('a training set: what serving would have answered, at each row of a spine')
      .argument('<name>', 'a vector, or a group')
      .option(
        '--spine <rows>',
        'file.csv, .ndjson or .parquet (or .gz of it), table:schema.name, query:select …, or - for NDJSON on the standard input',
      )
      .option('--out <place>', 'file.parquet, .csv or .ndjson, or table:schema.name; replaced if it is there')
      .addOption(
        new Option('--format <format>', 'of the file, if its name does not tell').choices([
          'parquet',
          'csv',
          'ndjson',
        ]),
      )
      .option('--time-column <name>', "the spine's column of instants", 't')
      .option('--leak', 'count by feature the rows in which hindsight would have another value')
      .option('--dry-run', 'check the spine and the history, and compute nothing')
      .option('--explain', 'say how it would be computed, by a sample of the spine, and compute nothing')
      .option('--prepare', 'make the statistics that PostgreSQL lacks of the history; needs no spine')
      .option('--print-sql', 'print the SQL that computes one row, and do nothing; it needs no spine')
      .option('--resume', 'only go on with an interrupted run: an error where there is none'),
  )
    .addHelpText('after', backfillHelp)
    .action(
      action(async (name: string, options: BackfillCommandOptions) =>
        (await import('./backfill.ts')).backfillTo(name, options),
      ),
    );
}

/** Adds the options of {@link KnowledgeOptions}. */
export function withKnowledge(command: Command): Command {
  return command
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .addOption(
      new Option(
        '--known <knowledge>',
        'arrival: what had arrived by then (the usual); hindsight: all that arrived ever',
      ).choices(['arrival', 'hindsight']),
    )
    .option(
      '--known-lag <duration>',
      'arrivals are known so much later, as by a pipeline with that delay: 200ms',
    )
    .option(
      '--frontier <file>',
      'exactly what lies below these offsets: JSON, or the metadata of a training set',
    )
    .option('--before', 'the state right before each instant')
    .option('--jobs <number>', 'connections that compute at once', whole, 2)
    .option('--chunk <rows>', 'rows that a connection computes at a time', whole, 50_000)
    .option('--restart', 'begin anew where an interrupted run could go on')
    .option('--json', 'report as JSON');
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}

const backfillHelp = `
The spine has the keys and inputs of the vector by their names, the instant in t, and optionally known_at: what a row
may know, where that is not t. What it has besides, such as labels, passes through. One row out for each row in, in
order. The whole spine is checked first; what is wrong with it is told row by row, and all of it written to
<out>.problems.ndjson.

What was interrupted goes on when the same command is given again. Metadata (meaning, knowledge, frontier, a profile of
each feature) stand in <out>.skewless.json, and in a Parquet file itself.

Examples:
  $ skewless backfill delay_risk --spine departures.csv --out delays.parquet
  $ skewless backfill churn_risk --spine "query:select user_id, t, churned from labels order by user_id, t" --out table:ml.churn
  $ skewless backfill delay_risk --spine departures.parquet --time-column scheduled --before --leak --out delays.parquet
  $ skewless backfill fraud_score --spine sample.csv --dry-run
  $ skewless backfill fraud_score --spine sample.csv --explain`;
