import { Command, InvalidArgumentError } from 'commander';
import { action } from '../failure.ts';

export interface VerifyCommandOptions {
  readonly root: string;
  readonly config?: string;
  readonly state?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly name?: string;
  readonly limit?: number;
  readonly shown: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('compute what was served again, in SQL, and compare it to the last bit')
    .option('--root <folder>', 'the project', '.')
    .option('--config <file>', 'the configuration, below the root; else skewless.config.ts, .js or .mjs')
    .option('--since <when>', "reads answered at it or after: ISO 8601, or how long ago, as '2h'")
    .option('--until <when>', 'reads answered before it')
    .option('--name <name>', 'reads of this group or vector alone')
    .option('--limit <reads>', 'at most so many reads, the newest', whole)
    .option('--state', 'the whole live state as of its newest checkpoint, in place of logged reads')
    .option('--shown <number>', 'so many differences are told one by one', whole, 10)
    .option('--strict', 'exit 1 too where something, or all, could not be verified')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Logged reads (audit in the configuration) are computed again at their instants, from what was known when they were
answered. Exits with 1 where any value differs, and names it: both values, the key, the instant, and the events of the
history that it is made of. What the history has not got yet is counted and told; so is what was served under another
meaning of the features.

Examples:
  $ skewless verify --since 2h
  $ skewless verify --name purchase_propensity --limit 10000 --json
  $ skewless verify --state`,
    )
    .action(action(async (options: VerifyCommandOptions) => (await import('./verify.ts')).verify(options)));
}

function whole(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}
