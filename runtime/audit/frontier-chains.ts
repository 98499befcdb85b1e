// Control path. Frontiers along which consumers came. Those of one service are a chain, for it only goes on; services
// beside each other, and one that began again from an older state, may each be elsewhere.
import { partitionKey } from '../history/partitions.ts';
import type { FrontierPosition } from '../history/spine.ts';

export type Frontier = readonly FrontierPosition[];

/** A frontier that has the same text knows the same. */
export function textOf(frontier: Frontier): string {
  return frontier
    .map(place => `${partitionKey(place)}:${place.nextOffset}`)
    .sort()
    .join(' ');
}

/**
 * Splits frontiers into chains, in each of which no partition falls back from one to the next. What knows all that
 * another does knows more records, so in order of their number each is put behind the first that it goes on from.
 */
export function chainsOf(frontiers: readonly Frontier[]): readonly (readonly Frontier[])[] {
  const chains: { readonly frontiers: Frontier[]; last: ReadonlyMap<string, number> }[] = [];
  for (const frontier of frontiers.toSorted((a, b) => recordsIn(a) - recordsIn(b))) {
    const next = new Map(frontier.map(place => [partitionKey(place), place.nextOffset]));
    const chain = chains.find(({ last }) => goesOn(last, next));
    if (chain === undefined) chains.push({ frontiers: [frontier], last: next });
    else {
      chain.frontiers.push(frontier);
      chain.last = next;
    }
  }
  return chains.map(chain => chain.frontiers);
}

const recordsIn = (frontier: Frontier): number =>
  frontier.reduce((records, { nextOffset }) => records + nextOffset, 0);

function goesOn(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): boolean {
  for (const [partition, offset] of before) if ((after.get(partition) ?? 0) < offset) return false;
  return true;
}
