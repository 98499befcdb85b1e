// Control path. Logged reads put together so that few training sets compute them all.
import type { SqlProgram } from '../history/program.ts';
import { resolveRead } from '../history/resolve-read.ts';
import type { ReadTarget, ResolvedRead } from '../history/resolve-read.ts';
import { chainsOf, textOf } from './frontier-chains.ts';
import type { Frontier } from './frontier-chains.ts';
import { parseFrontier } from './frontier-text.ts';
import type { LoggedRead } from './logged-read.ts';

/** Reads of one thing along a chain of frontiers: one training set. */
export interface ReadSet {
  readonly target: ReadTarget;
  readonly resolved: ResolvedRead;
  readonly chain: readonly Frontier[];
  readonly reads: readonly PlacedRead[];
}

export interface PlacedRead {
  readonly read: LoggedRead;
  /** The place of its frontier in the chain. */
  readonly frontier: number;
}

/**
 * Rows of a table of which versions came otherwise than they stand are read once for each frontier. There are few of
 * them as a rule, but a truncate may make all rows so.
 */
const TABLE_FRONTIERS = 200;

/**
 * Sets of those reads of which the history has reached all that they knew.
 * @param pending takes each of the others, with what it knew of the sources that it read
 */
export function setsOf(
  program: SqlProgram,
  reads: readonly LoggedRead[],
  isReached: (frontier: Frontier) => boolean,
  pending: (read: LoggedRead, frontier: Frontier) => void,
): readonly ReadSet[] {
  const frontiers = new Map<string, Frontier>();
  const named = groupedBy(reads, ({ kind, name }) => `${kind} ${name}`);
  return [...named.values()].flatMap(of => {
    const { kind, name } = of[0]!;
    const target: ReadTarget = kind === 'group' ? { group: name } : { vector: name };
    const resolved = resolveRead(program, target);
    // Two frontiers that differ in other sources only are one to these reads.
    const known = new Map<string, { readonly text: string; readonly frontier: Frontier }>();
    for (const { frontier: text } of of) {
      if (known.has(text)) continue;
      const whole = frontiers.get(text) ?? parseFrontier(text);
      frontiers.set(text, whole);
      const frontier = whole.filter(({ source }) => resolved.sources.includes(source));
      known.set(text, { text: textOf(frontier), frontier });
    }
    const reached = of.filter(read => {
      const { frontier } = known.get(read.frontier)!;
      const isIn = isReached(frontier);
      if (!isIn) pending(read, frontier);
      return isIn;
    });
    const textsOf = (read: LoggedRead): string => known.get(read.frontier)!.text;
    const distinct = [...groupedBy(reached, textsOf).values()].map(
      ([read]) => known.get(read!.frontier)!.frontier,
    );
    return chainsOf(distinct)
      .flatMap(chain => inPieces(chain, readsTables(program, resolved) ? TABLE_FRONTIERS : chain.length))
      .map(chain => ({ target, resolved, chain, reads: placed(chain, reached, textsOf) }));
  });
}

/** Those of a chain, in the order of the log. */
function placed(
  chain: readonly Frontier[],
  reads: readonly LoggedRead[],
  textsOf: (read: LoggedRead) => string,
): readonly PlacedRead[] {
  const places = new Map(chain.map((frontier, place) => [textOf(frontier), place]));
  return reads.flatMap(read => {
    const place = places.get(textsOf(read));
    return place === undefined ? [] : [{ read, frontier: place }];
  });
}

const readsTables = ({ sources }: SqlProgram, resolved: ResolvedRead): boolean =>
  sources.some(({ name, kind }) => kind === 'table' && resolved.sources.includes(name));

function inPieces<T>(list: readonly T[], length: number): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let start = 0; start < list.length; start += length) pieces.push(list.slice(start, start + length));
  return pieces;
}

export function groupedBy<T>(
  items: readonly T[],
  key: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
