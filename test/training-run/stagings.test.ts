import { expect, it } from 'vitest';
import type { SqlLookup, SqlProgram, SqlVector } from '../../runtime/history/program.ts';
import { resolveRead } from '../../runtime/history/resolve-read.ts';
import { stagingsOf } from '../../runtime/history/stagings.ts';
import { program } from './support/small.ts';

const delayRisk = program.vectors.find(({ name }) => name === 'delay_risk')!;
const ofAirport = delayRisk.lookups[0]!;
const ofRoute = delayRisk.lookups[2]!;

/** Which lookups are staged together, in order, and the features that their rows are staged for. */
function stagings(lookups: readonly SqlLookup[]): readonly (readonly [number[], string[]])[] {
  const vector: SqlVector = { ...delayRisk, lookups, outputs: [], derived: [], features: [] };
  const changed: SqlProgram = { ...program, vectors: [vector] };
  const read = resolveRead(changed, { vector: 'delay_risk' });
  return stagingsOf('temporary', read, { kind: 'arrival' }).map(staging => [
    staging.lookups.map(({ index }) => index),
    staging.group.features.map(({ name }) => name),
  ]);
}

const airport = (key: string, ...features: string[]): SqlLookup => ({ ...ofAirport, keys: [key], features });
const route = (...keys: string[]): SqlLookup => ({
  ...ofRoute,
  keys,
  features: ofRoute.features.slice(0, 1),
});

it('puts lookups of one group together, for what any of them takes', () => {
  const [first, second] = ofAirport.features as [string, string];
  expect(
    stagings([
      airport('q."origin"', second),
      route('q."origin"', 'q."destination"'),
      airport('q."destination"', first),
    ]),
  ).toEqual([
    [
      [0, 2],
      [first, second],
    ],
    [[1], [ofRoute.features[0]]],
  ]);
});

it('waits for the lookups that a key is found in, and takes along what can be found then', () => {
  const [feature] = ofAirport.features as [string];
  expect(
    stagings([
      airport('q."origin"', feature),
      route('q."origin"', 'q."destination"'),
      airport('l1."x"', feature),
      route('l0."x"', 'q."destination"'),
      airport('l3."x"', feature),
      airport('q."destination"', feature),
    ]).map(([lookups]) => lookups),
  ).toEqual([
    [0, 5],
    [1, 3],
    [2, 4],
  ]);
});
