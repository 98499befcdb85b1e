// Control path. What has to be said with a training set, that no value in it tells.
import type { SqlProgram, SqlSource } from './program.ts';
import { resolveRead } from './resolve-read.ts';
import type { ReadTarget } from './resolve-read.ts';
import { rowsOf } from './session.ts';
import type { AnyDatabase } from './session.ts';
import type { SpineRow } from './spine.ts';

export interface TrainingSetNotes {
  /** Sources whose arrivals are the producers' word, so that "known at" is no more than that (semantics §2). */
  readonly producerArrivals: readonly string[];
  /** Per table: rows of the spine before its first version, where it is not empty but unknown (semantics §7). */
  readonly beforeSnapshot: readonly { readonly table: string; readonly rows: number }[];
}

export async function trainingSetNotes(
  db: AnyDatabase,
  program: SqlProgram,
  options: { readonly read: ReadTarget; readonly spine: readonly SpineRow[] },
): Promise<TrainingSetNotes> {
  const { sources } = resolveRead(program, options.read);
  const read = program.sources.filter(({ name }) => sources.includes(name));
  const counts = [...(await firstVersions(db, read))].map(([table, first]) => ({
    table,
    rows: options.spine.filter(({ t }) => t < first).length,
  }));
  return {
    producerArrivals: producerArrivals(read),
    beforeSnapshot: counts.filter(({ rows }) => rows > 0),
  };
}

/** By table the commit time of its first version, µs; Infinity where there is none. Streams are left out. */
export async function firstVersions(
  db: AnyDatabase,
  sources: readonly SqlSource[],
): Promise<ReadonlyMap<string, number>> {
  const firsts = new Map<string, number>();
  for (const { name, kind, table } of sources) {
    if (kind !== 'table') continue;
    const [row] = await rowsOf(db, `select "skewless".us(min("_commit_time")) as first from ${table}`);
    firsts.set(name, row!['first'] === null ? Infinity : Number(row!['first']));
  }
  return firsts;
}

export const producerArrivals = (sources: readonly SqlSource[]): readonly string[] =>
  sources.filter(({ arrival }) => arrival === 'producer').map(({ name }) => name);
