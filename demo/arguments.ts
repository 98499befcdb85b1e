// Control path.
import { Command, InvalidArgumentError } from 'commander';

export interface Arguments {
  /** How many flights. */
  readonly limit: number;
  /** How many of their departures make the training set. */
  readonly rows: number;
  /** The Parquet file. */
  readonly out: string;
}

export function parseArguments(): Arguments {
  const command = new Command('npm start --')
    .description('Stream real flights, build the same training set in SQL, and compare the two bit by bit.')
    .option('--all', 'all 3 million flights')
    .option('--flights <number>', 'how many flights', count, 200_000)
    .option('--rows <number>', 'how many rows the training set has', count, 10_000)
    .option('--out <file>', 'where the training set goes', 'out/delay-risk.parquet')
    .parse();
  const options = command.opts<{ all?: boolean; flights: number; rows: number; out: string }>();
  return { limit: options.all ? Infinity : options.flights, rows: options.rows, out: options.out };
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
