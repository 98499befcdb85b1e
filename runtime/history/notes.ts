// Control path. What has to be said with a training set, that no value in it tells.
import { formatInstant } from '../../kernels/instant.ts';
import type { Instant } from '../../kernels/instant.ts';
import { monthsIn, monthsQuery, monthStart } from './months.ts';
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
  /** Per stream: rows of the spine before the first month that anything of it arrived in, ISO 8601. */
  readonly beforeHistory: readonly BeforeHistory[];
}

export interface BeforeHistory {
  readonly source: string;
  readonly begins: string;
  readonly rows: number;
  readonly earliest: string;
}

/** How many rows of a spine lie before a source begins, and the earliest of them, µs; Infinity where there is none. */
export interface RowsBefore {
  readonly rows: number;
  readonly earliest: number;
}

export async function trainingSetNotes(
  db: AnyDatabase,
  program: SqlProgram,
  options: { readonly read: ReadTarget; readonly spine: readonly SpineRow[] },
): Promise<TrainingSetNotes> {
  const { sources } = resolveRead(program, options.read);
  const read = program.sources.filter(({ name }) => sources.includes(name));
  const begins = await beginnings(db, read);
  const before = new Map(
    [...begins].map(([source, first]) => {
      const early = options.spine.filter(({ t }) => t < first);
      return [source, { rows: early.length, earliest: Math.min(...early.map(({ t }) => t)) }];
    }),
  );
  return notesOf(read, begins, before);
}

/**
 * By source where it begins, µs: a table with the commit time of its first version, or Infinity where there is none; a
 * stream with the first month that anything of it arrived in. A stream of which nothing has arrived is left out.
 */
export async function beginnings(
  db: AnyDatabase,
  sources: readonly SqlSource[],
): Promise<ReadonlyMap<string, number>> {
  const begins = new Map<string, number>();
  for (const { name, kind, table } of sources) {
    if (kind === 'table') {
      const [row] = await rowsOf(db, `select "skewless".us(min("_commit_time")) as first from ${table}`);
      begins.set(name, row!['first'] === null ? Infinity : Number(row!['first']));
    } else {
      const months = monthsIn(await rowsOf(db, monthsQuery(name)));
      if (months.size > 0) begins.set(name, monthStart(Math.min(...months)));
    }
  }
  return begins;
}

/** @param begins of {@link beginnings} */
export function notesOf(
  sources: readonly SqlSource[],
  begins: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, RowsBefore>,
): TrainingSetNotes {
  const early = sources.flatMap(({ name, kind }) => {
    const found = before.get(name);
    return found === undefined || found.rows === 0 ? [] : [{ name, kind, ...found }];
  });
  return {
    producerArrivals: producerArrivals(sources),
    beforeSnapshot: early
      .filter(({ kind }) => kind === 'table')
      .map(({ name, rows }) => ({ table: name, rows })),
    beforeHistory: early
      .filter(({ kind }) => kind === 'stream')
      .map(({ name, rows, earliest }) => ({
        source: name,
        begins: iso(begins.get(name)!),
        rows,
        earliest: iso(earliest),
      })),
  };
}

const iso = (us: number): string => formatInstant(us as Instant);

const producerArrivals = (sources: readonly SqlSource[]): readonly string[] =>
  sources.filter(({ arrival }) => arrival === 'producer').map(({ name }) => name);
