import { expect, test } from 'vitest';
import { chainsOf, textOf } from '../../runtime/audit/frontier-chains.ts';
import type { Frontier } from '../../runtime/audit/frontier-chains.ts';
import { alongChain } from '../../runtime/history/frontier-chain.ts';

/** Next offsets by partition; 0: not there. */
const frontier = (...offsets: number[]): Frontier =>
  offsets.flatMap((nextOffset, partition) =>
    nextOffset === 0 ? [] : [{ source: 's', topic: 0, epoch: 0, partition, nextOffset }],
  );
const texts = (chains: readonly (readonly Frontier[])[]): string[][] =>
  chains.map(chain => chain.map(textOf));

test('what one service knew is one chain, whatever the order it is read in', () => {
  const known = [frontier(), frontier(0, 2), frontier(1, 2), frontier(1, 5), frontier(4, 5)];
  expect(texts(chainsOf(known))).toEqual([known.map(textOf)]);
  expect(texts(chainsOf(known.toReversed()))).toEqual([known.map(textOf)]);
});

test('what is neither before nor after another is of another chain', () => {
  const one = [frontier(1, 0), frontier(3, 0), frontier(5, 1)];
  const other = [frontier(0, 1), frontier(0, 4), frontier(1, 6)];
  const chains = chainsOf([one[0]!, other[0]!, one[1]!, other[1]!, one[2]!, other[2]!]);
  expect(chains.flat().length).toBe(6);
  for (const chain of chains)
    for (const [place, each] of chain.entries())
      for (const before of chain.slice(0, place))
        for (const { partition, nextOffset } of before)
          expect(each.find(of => of.partition === partition)!.nextOffset).toBeGreaterThanOrEqual(nextOffset);
});

test('nothing is put in no chain', () => {
  expect(chainsOf([])).toEqual([]);
});

const row = (t: number, place: number) => ({ t, request: {}, frontier: place });

test('instants rise along a chain, though reads look back', () => {
  const chain = [frontier(1), frontier(2), frontier(2, 3), frontier(2, 4)];
  const { spine, steps, within } = alongChain({ kind: 'frontiers', chain }, [
    row(100, 3),
    row(500, 1),
    row(400, 1),
    row(7, 0),
  ]);
  expect(spine.map(({ knownAt }) => knownAt)).toEqual([502, 500, 500, 7]);
  expect(within).toEqual({ kind: 'frontier', positions: chain[3] });
  // What lies below the first frontier is known before any read, and a partition that stands still has no step.
  expect(steps.map(({ partition, nextOffset, known }) => [partition, nextOffset, known])).toEqual([
    [0, 1, expect.any(Number)],
    [0, 2, 500],
    [1, 3, 501],
    [1, 4, 502],
  ]);
  expect(steps[0]!.known).toBeLessThan(-8_520_336_000_000_000);
});

test('what falls back is no chain, and a row names a frontier of it', () => {
  const known = (...chain: Frontier[]) => ({ kind: 'frontiers' as const, chain });
  expect(() => alongChain(known(frontier(2), frontier(1)), [])).toThrow('s/0/0/0 falls back at frontier 1');
  expect(() => alongChain(known(frontier(2), frontier(0, 1)), [])).toThrow('s/0/0/0 falls back');
  expect(() => alongChain(known(frontier(2)), [row(1, 1)])).toThrow('names the frontier 1, of 1');
  expect(() => alongChain(known(frontier(2)), [{ t: 1, request: {} }])).toThrow(
    'names the frontier undefined',
  );
});
