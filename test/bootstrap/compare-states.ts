import { expect } from 'vitest';
import { bootstrapEngine } from '../../runtime/bootstrap/index.ts';
import { Engine } from '../../runtime/index.ts';
import type { StreamProgram } from '../../runtime/index.ts';
import type { Random } from '../support/random.ts';
import { differingFeatures } from '../support/three-ways/compare.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';
import { frontierAfter, readsOf } from '../support/three-ways/read.ts';
import type { Read, Session, Values } from '../support/three-ways/read.ts';

// A state from the history must answer as one that has streamed from the beginning, at the frontier where it was built,
// and after it has streamed on.

export interface Built {
  readonly program: ThreeWayProgram;
  readonly database: ProgramDatabase;
}

/**
 * Builds a state from a history cut at random, and streams on. @returns how many values were compared
 * @param database with the program's schema; its history is emptied first
 */
export async function compareBuilt(
  { program, database }: Built,
  session: Session,
  random: Random,
): Promise<number> {
  const { stream, sql } = program;
  const { order } = session;
  const cut = random.pick([0, 1, random.below(order.length + 1), order.length]);
  await fillHistory(database, program, order.slice(0, cut));
  const streamed = new Engine(stream);
  for (const record of order.slice(0, cut)) streamed.ingest(record);

  const reads = [...readsOf(session)].sort((a, b) => a.t - b.t);
  const lookback = Math.min(...stream.groups.map(group => group.lookback));
  const now = reads[random.below(Math.ceil(reads.length / 2))]!.t + lookback;
  const settleEvery = random.pick([1, 7, 4096]);
  const built = await bootstrapEngine(database.pool, stream, sql, { now, settleEvery });
  if (cut === 0) {
    expect(built).toBeNull();
    return 0;
  }
  const { engine } = built!;
  const later = reads.filter(({ t }) => t >= now - lookback);
  const place = `${cut} of ${order.length} records`;
  let values = compareStates(stream, `${place}, built`, streamed, engine, later);
  const frontier = (of: Engine): readonly string[] =>
    of
      .frontier()
      .map(entry => JSON.stringify(entry))
      .sort();
  expect(frontier(engine)).toEqual(frontier(streamed));

  // What the log hands over once more below the frontier is known; what comes goes on in the same way.
  for (const record of order.slice(Math.max(0, cut - 20), cut))
    expect(engine.ingest(record).kind).toBe('known');
  for (const record of order.slice(cut)) expect(engine.ingest(record)).toEqual(streamed.ingest(record));
  values += compareStates(stream, `${place}, streamed on`, streamed, engine, later);
  expect(frontierAfter(order, order.length)).toHaveLength(engine.frontier().length);
  return values;
}

function answer(engine: Engine, { kind, name, request, t, before }: Read): Values {
  return kind === 'group'
    ? engine.readGroup(name, request as never, t, { before })
    : engine.readVector(name, request, t, { before });
}

/** Reads both, in order of time; their clocks move, so it is done with copies. */
export function compareStates(
  stream: StreamProgram,
  place: string,
  expected: Engine,
  actual: Engine,
  reads: readonly Read[],
): number {
  const [wanted, got] = [expected, actual].map(engine => Engine.restore(stream, engine.save()));
  let values = 0;
  for (const read of reads) {
    const [right, said] = [answer(wanted!, read), answer(got!, read)];
    for (const feature of differingFeatures(right, said)) {
      throw new Error(
        `${place}: ${read.name}.${feature} ${JSON.stringify(read.request, text)} at ${read.t}${read.before ? ', before' : ''}, now ${expected.clock} ${actual.clock}: ${String(said[feature])}, not ${String(right[feature])}`,
      );
    }
    values += Object.keys(right).length;
  }
  return values;
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);
