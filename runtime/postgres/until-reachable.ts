// Control path.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** Of the way to a server, and of one that starts or stops: all of them pass. */
const PASSING = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENOENT',
  ],
  ...['57P01', '57P02', '57P03', '53300'],
]);

export interface Waiting {
  /** Told once of each reason why it cannot be reached. */
  readonly away: (reason: string) => void;
  /** Between two tries, ms. */
  readonly pause: number;
}

/**
 * Settles once the server takes a session: as long as it takes.
 * @throws what no waiting mends: a password that is wrong, a database that is not there
 */
export async function untilReachable(pool: pg.Pool, { away, pause }: Waiting): Promise<void> {
  let said = '';
  for (;;) {
    try {
      (await pool.connect()).release();
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      const reason = reasonOf(error);
      if (reason !== said) away(reason);
      said = reason;
      await sleep(pause);
    }
  }
}

function isPassing(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && PASSING.has(String(error.code));
}

/** Of a name with several addresses there is an error for each, and none that says it all. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError
    ? error.errors.map((each: unknown) => (each instanceof Error ? each.message : String(each))).join(', ')
    : error.message;
}
