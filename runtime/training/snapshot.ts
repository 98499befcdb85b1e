// Control path. Every known key's values at an instant, or at each instant of a grid: a training set whose spine is the
// history's own keys.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { frontierOf, requireHistory } from '../history/frontier.ts';
import { knownAt } from '../history/spine.ts';
import type { Known } from '../history/spine.ts';
import type { Scalar } from '../history/values.ts';
import { backfill } from './backfill.ts';
import { databaseOn } from './history-state.ts';
import { SpineError } from './io/errors.ts';
import { fileFailure } from './io/partial-file.ts';
import { folderOf, knownKeysQuery } from './known-keys.ts';
import type { BackfillOptions, BackfillReport } from './options.ts';
import { findTarget } from './target.ts';
import type { Target } from './target.ts';

export interface SnapshotOptions extends Pick<
  BackfillOptions,
  | 'pool'
  | 'programs'
  | 'read'
  | 'before'
  | 'jobs'
  | 'chunkRows'
  | 'shape'
  | 'start'
  | 'keepWritten'
  | 'signal'
  | 'onProgress'
  | 'onResumed'
> {
  /** µs, each a folder of its own: `out/at=2026-01-01T00:00:00Z/part-0.parquet`. */
  readonly at: readonly number[];
  /** A folder, made where it is not there. */
  readonly out: string;
  /** What is known; what had arrived by the instant, unless told otherwise. */
  readonly known?: Known | undefined;
  /** Inputs of a vector's request that are no keys, by name: the same for every key. */
  readonly inputs?: ReadonlyMap<string, Scalar | null> | undefined;
  /** Told of each instant that is written. */
  readonly onPart?: ((part: SnapshotPart) => void) | undefined;
}

export interface SnapshotPart {
  /** µs. */
  readonly at: number;
  /** 0: no key was known; there is no file. */
  readonly rows: number;
  /** null: no key was known. */
  readonly file: string | null;
}

export interface SnapshotReport {
  readonly parts: readonly SnapshotPart[];
}

/**
 * Writes Parquet, instant by instant, each whole or not at all; `_skewless.json` beside it says what it is.
 * @throws as `backfill`
 */
export async function snapshot(options: SnapshotOptions): Promise<SnapshotReport> {
  const { programs, read, known = { kind: 'arrival' }, inputs = new Map(), at, ...rest } = options;
  const target = findTarget(programs, read);
  const timeColumn = timeColumnOf(target.resolved.vector.request.map(({ name }) => name));
  await requireInstants(options.pool, target, known, at);
  const parts: SnapshotPart[] = [];
  for (const instant of at) {
    const folder = join(options.out, folderOf(instant));
    await makeFolder(folder);
    const report = await filled({
      ...rest,
      ...{ programs, read, known, timeColumn },
      spine: `query:${knownKeysQuery({ target, at: instant, known, inputs, timeColumn })}`,
      out: join(folder, 'part-0.parquet'),
      sidecar: join(folder, '_skewless.json'),
    });
    const part = { at: instant, rows: report?.rows ?? 0, file: report?.out ?? null };
    options.onPart?.(part);
    parts.push(part);
  }
  return { parts };
}

/** Of a grid that ends beyond the history nothing is begun. @throws HistoryBehind */
async function requireInstants(
  pool: pg.Pool,
  { resolved: { sources } }: Target,
  known: Known,
  at: readonly number[],
): Promise<void> {
  const latest = Math.max(...at.map(t => knownAt({ t }, known) ?? -Infinity));
  requireHistory(await frontierOf(databaseOn(pool), sources), sources, known, latest);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** The column of the instant, which no input may have the name of. */
function timeColumnOf(taken: readonly string[]): string {
  let name = 't';
  while (taken.includes(name)) name += '_';
  return name;
}

/** null: there was no key. */
async function filled(options: BackfillOptions): Promise<BackfillReport | null> {
  try {
    return await backfill(options);
  } catch (error) {
    if (error instanceof SpineError && error.isEmpty) return null;
    throw error;
  }
}
