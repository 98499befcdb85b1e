import type pg from 'pg';
import color from 'picocolors';
import { listTrainingRuns } from '../../runtime/history/run-list.ts';
import type { StandingRun } from '../../runtime/history/run-list.ts';
import { amount, size } from '../units.ts';

const day = 86_400_000_000;

/** Tells on standard error of runs that nobody has gone on with for a day. What was made is made, if this fails. */
export async function tellForgotten(pool: pg.Pool): Promise<void> {
  const runs = await listTrainingRuns(pool).catch(() => []);
  const line = forgottenLine(runs, Date.now() * 1000);
  if (line !== null) console.error(line);
}

/** @param now µs @returns null where there are none */
export function forgottenLine(runs: readonly StandingRun[], now: number): string | null {
  const forgotten = runs.filter(({ isAtWork, touchedAt }) => !isAtWork && now - touchedAt > day);
  if (forgotten.length === 0) return null;
  const bytes = forgotten.reduce((sum, run) => sum + run.bytes, 0);
  const what =
    forgotten.length === 1 ? 'an unfinished run takes' : `${amount(forgotten.length)} unfinished runs take`;
  return color.dim(`${what} ${size(bytes)} of the database, untouched for a day or more: skewless runs`);
}
