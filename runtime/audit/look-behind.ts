// Control path. What to look at where reads differ: the events behind a value, narrowed by other reads of the same.
//
// An event that was altered is in the window of every read that differs because of it. Of what is in all of those
// windows, an event that is in the window of no read that agrees comes first; one that is in some need not be innocent,
// for not every event changes a maximum.
import type { SqlProgram } from '../history/program.ts';
import type { AnyDatabase } from '../history/session.ts';
import { eventsBehind } from './events-behind.ts';
import type { Behind } from './events-behind.ts';
import type { Frontier } from './frontier-chains.ts';
import type { LoggedRead } from './logged-read.ts';
import { readsLike } from './read-log.ts';
import { groupedBy, setsOf } from './read-sets.ts';
import type { PlacedRead } from './read-sets.ts';
import { recompute } from './recompute.ts';
import type { Compared } from './recompute.ts';

/** A value that differs. */
export interface DifferingValue {
  readonly read: LoggedRead;
  readonly feature: string;
}

/** What stands behind a value, and how many reads of the same tell so. */
export interface LookedBehind extends Behind {
  readonly differing: number;
  readonly agreeing: number;
}

/** Reads of the same request that are computed again, and those of them whose windows are looked at. */
const READS = 1_000;
const WINDOWS = 50;

/** @param limit events of one value */
export async function lookBehind(
  db: AnyDatabase,
  program: SqlProgram,
  values: readonly DifferingValue[],
  isReached: (frontier: Frontier) => boolean,
  limit: number,
): Promise<ReadonlyMap<DifferingValue, LookedBehind>> {
  const behind = new Map<DifferingValue, LookedBehind>();
  const requests = groupedBy(values, ({ read }) => `${read.kind} ${read.name} ${read.request}`);
  for (const of of requests.values()) {
    const own = [...new Set(of.map(({ read }) => read))];
    const reads = [...own, ...(await readsLike(db, own[0]!, READS))];
    for (const set of setsOf(program, reads, isReached, () => undefined)) {
      const { compared } = await recompute(db, program, set);
      for (const [feature, told] of groupedBy(of, value => value.feature)) {
        const [differing, agreeing] = sides(compared, feature);
        const first = differing.filter(({ read }) => told.some(value => value.read === read));
        if (first.length === 0) continue;
        const others = differing.filter(placed => !first.includes(placed));
        const near = nearest(agreeing, differing);
        const looked = {
          ...{ set, feature, agreeing: near, told: first.length },
          differing: [...first, ...spread(others, WINDOWS)],
        };
        const found = await eventsBehind(db, program, looked, limit);
        for (const value of told) {
          const place = first.findIndex(({ read }) => read === value.read);
          const counts = { differing: looked.differing.length, agreeing: near.length };
          if (place >= 0) behind.set(value, { ...found[place]!, ...counts });
        }
      }
    }
  }
  return behind;
}

/** Those that differ in a feature, and those that do not. */
function sides(
  compared: readonly Compared[],
  feature: string,
): readonly [differing: readonly PlacedRead[], agreeing: readonly PlacedRead[]] {
  const differs = ({ features }: Compared): boolean =>
    features.some(([name, isOther]) => name === feature && isOther);
  return [
    compared.filter(differs).map(({ placed }) => placed),
    compared.filter(each => !differs(each)).map(({ placed }) => placed),
  ];
}

/** Those whose instants are nearest to one that differs: their windows begin and end where its own do, nearly. */
function nearest(agreeing: readonly PlacedRead[], differing: readonly PlacedRead[]): readonly PlacedRead[] {
  const instants = differing.map(({ read }) => read.t);
  const distance = ({ read }: PlacedRead): number =>
    instants.reduce((least, t) => Math.min(least, Math.abs(t - read.t)), Infinity);
  return agreeing
    .map(placed => ({ placed, distance: distance(placed) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, WINDOWS)
    .map(({ placed }) => placed);
}

/** So many of a list, evenly, the first and the last among them. */
function spread<T>(list: readonly T[], count: number): readonly T[] {
  if (list.length <= count) return list;
  return Array.from({ length: count }, (_, n) => list[Math.round((n * (list.length - 1)) / (count - 1))]!);
}
