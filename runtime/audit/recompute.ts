// Control path. Logged reads computed again in SQL, at their instants and frontiers, and compared bit by bit.
import { HistoryBehind } from '../history/errors.ts';
import type { SqlProgram } from '../history/program.ts';
import type { AnyDatabase } from '../history/session.ts';
import { trainingSet } from '../history/training-set.ts';
import type { Scalar, Value } from '../history/values.ts';
import type { PlacedRead, ReadSet } from './read-sets.ts';
import { isSameValue, parseRow } from './row-text.ts';

/** A read that was computed again. */
export interface Compared {
  readonly placed: PlacedRead;
  readonly served: Readonly<Record<string, Value>>;
  readonly recomputed: Readonly<Record<string, Value>>;
  /** Each feature, and whether the two sides differ in it. */
  readonly features: readonly (readonly [feature: string, differs: boolean])[];
}

export interface Recomputed {
  readonly compared: readonly Compared[];
  /** Reads of which retention has dropped what they were made of. */
  readonly gone: { readonly reads: number; readonly reason: string } | null;
}

/** Computes a set of reads again. */
export async function recompute(db: AnyDatabase, program: SqlProgram, set: ReadSet): Promise<Recomputed> {
  const all = await answers(db, program, set, set.reads);
  if (!(all instanceof HistoryBehind)) return { compared: all, gone: null };
  const left = await notGone(db, program, set);
  const compared = left.length === 0 ? [] : await answers(db, program, set, left);
  const isGone = compared instanceof HistoryBehind;
  return {
    compared: isGone ? [] : compared,
    gone: { reads: set.reads.length - (isGone ? 0 : left.length), reason: all.message },
  };
}

/** The later a read's instant, the later do its windows begin: those from some instant on can be computed. */
async function notGone(db: AnyDatabase, program: SqlProgram, set: ReadSet): Promise<readonly PlacedRead[]> {
  const byInstant = set.reads.toSorted((a, b) => a.read.t - b.read.t);
  let [gone, end] = [0, byInstant.length];
  while (gone < end) {
    const middle = Math.floor((gone + end) / 2);
    const answer = await answers(db, program, set, [byInstant[middle]!]);
    if (answer instanceof HistoryBehind) gone = middle + 1;
    else end = middle;
  }
  const left = new Set(byInstant.slice(gone));
  return set.reads.filter(read => left.has(read));
}

/** HistoryBehind is an answer here: retention has dropped what some of the reads were made of. */
async function answers(
  db: AnyDatabase,
  program: SqlProgram,
  { target, resolved, chain }: ReadSet,
  reads: readonly PlacedRead[],
): Promise<readonly Compared[] | HistoryBehind> {
  try {
    const rows = await trainingSet(db, program, {
      read: target,
      spine: reads.map(({ read, frontier }) => ({ t: read.t, request: requestOf(resolved, read), frontier })),
      known: { kind: 'frontiers', chain },
      labels: false,
    });
    return reads.map((placed, index) => {
      const served = parseRow(resolved.vector.features, placed.read.values);
      const recomputed = rows[index]!;
      const features = resolved.vector.features.map(
        ({ name }) => [name, !isSameValue(served[name]!, recomputed[name]!)] as const,
      );
      return { placed, served, recomputed, features };
    });
  } catch (error) {
    if (error instanceof HistoryBehind) return error;
    throw error;
  }
}

/** What was asked for. */
export function requestOf(
  { vector }: ReadSet['resolved'],
  { request }: PlacedRead['read'],
): Readonly<Record<string, Scalar | null>> {
  return parseRow(vector.request, request) as Record<string, Scalar | null>;
}
