import { resolve } from 'node:path';
import color from 'picocolors';
import type pg from 'pg';
import { parseDuration } from '../../runtime/config/units.ts';
import { instantText } from '../../runtime/history/instants.ts';
import { dropTrainingRun, listTrainingRuns } from '../../runtime/history/run-list.ts';
import type { StandingRun } from '../../runtime/history/run-list.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { Failure } from '../failure.ts';
import { loadProject } from '../project.ts';
import { table } from '../table.ts';
import { amount, size } from '../units.ts';
import type { RunsCommandOptions } from './command.ts';

/** @returns whether all that was to be dropped was */
export async function tellRuns({
  root,
  config,
  drop,
  untouched,
  json,
}: RunsCommandOptions): Promise<boolean> {
  const { loaded } = await loadProject(resolve(root), config);
  const { history } = loaded.settings;
  if (history === null)
    throw new Failure('there is no history: set history.url in skewless.config.ts, or SKEWLESS_HISTORY_URL');
  const before = untouched === undefined ? Infinity : Date.now() * 1000 - durationOf(untouched);
  const pool = createPool(parsePostgresUrl(history.url));
  try {
    const runs = (await listTrainingRuns(pool)).filter(({ touchedAt }) => touchedAt < before);
    if (drop !== undefined) return await dropRuns(pool, runs, drop, json === true);
    console.log(json ? JSON.stringify(runs, null, 2) : runLines(runs).join('\n'));
    return true;
  } finally {
    await pool.end();
  }
}

/** µs. */
function durationOf(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === null) throw new Failure(`--untouched ${text}: write a duration such as 7d or 12h`);
  return milliseconds * 1000;
}

/** One line for each. */
export function runLines(runs: readonly StandingRun[]): string[] {
  if (runs.length === 0) return ['no training set is unfinished'];
  const columns = [
    { heading: 'run' },
    { heading: 'of' },
    ...['spine rows', 'takes'].map(heading => ({ heading, align: 'right' as const })),
    ...['begun', 'last touched', ''].map(heading => ({ heading })),
  ];
  const cells = runs.map(({ id, reads, rows, bytes, begunAt, touchedAt, isComputed, isAtWork }) => {
    const state = isAtWork
      ? color.green('a process is at it')
      : isComputed
        ? 'computed, not written'
        : 'interrupted';
    const spine = rows === null ? '–' : amount(rows);
    return [id, reads, spine, size(bytes), instantText(begunAt), instantText(touchedAt), state];
  });
  const way = 'The same command goes on with what was interrupted; skewless runs --drop <run> gives it up.';
  return [...table(columns, cells), color.dim(way)];
}

/** `all` are those that no process is at. */
async function dropRuns(
  pool: pg.Pool,
  runs: readonly StandingRun[],
  given: readonly string[],
  json: boolean,
): Promise<boolean> {
  const isAll = given.length === 1 && given[0] === 'all';
  const named = isAll ? runs.filter(({ isAtWork }) => !isAtWork).map(({ id }) => id) : given;
  const dropped: string[] = [];
  const left: { readonly run: string; readonly why: string }[] = [];
  for (const run of named) {
    if (!runs.some(({ id }) => id === run)) {
      left.push({ run, why: 'there is no such run: see skewless runs' });
      continue;
    }
    try {
      if (await dropTrainingRun(pool, run)) dropped.push(run);
    } catch (error) {
      left.push({ run, why: (error as Error).message });
    }
  }
  const lines = [
    ...dropped.map(run => `dropped: ${run}`),
    ...left.map(({ run, why }) => color.red(`not dropped: ${run}: ${why}`)),
    ...(isAll && dropped.length === 0 && left.length === 0 ? ['there was nothing to drop'] : []),
  ];
  console.log(json ? JSON.stringify({ dropped, left }, null, 2) : lines.join('\n'));
  return left.length === 0;
}
