import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenCases } from '../support/golden.ts';
import type { GoldenCase, GoldenRead } from '../support/golden.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import { Random } from '../support/random.ts';
import { differingFeatures } from '../support/three-ways/compare.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { evaluate } from '../support/three-ways/evaluate.ts';
import { shapes } from '../support/three-ways/by-sql.ts';
import { workedExamples } from './worked-examples.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';
import type { Session } from '../support/three-ways/read.ts';

/** The hand-checked cases, run on the generated stream, on the generated SQL in every shape, and on the oracle. */
describe.each(goldenCases())('golden $name', golden => {
  let program: ThreeWayProgram;
  let database: ProgramDatabase;
  beforeAll(async () => {
    program = await workedExamples();
    database = await databaseFor(program.sql);
  });
  afterAll(() => database.end());

  test.each(golden.reads)('line $line: $read of $keys', async read => {
    const sides = { database, shapes, random: new Random(read.line) };
    const { expected, differences, verdictDifferences } = await evaluate(program, sessionOf(golden, read, program), sides);
    expect(differences).toEqual([]);
    expect(verdictDifferences).toEqual([]);
    const spoken = Object.fromEntries(Object.keys(read.expected).map(name => [name, expected[0]![name]!]));
    expect(differingFeatures(read.expected, spoken), JSON.stringify(spoken)).toEqual([]);
  });
});

/** The case's log in order of arrival, and one read when everything has come that had arrived by then. */
function sessionOf({ records }: GoldenCase, golden: GoldenRead, { plan }: ThreeWayProgram): Session {
  const latest = new Map<string, number>();
  const order = records
    .map((record): LoggedRecord => {
      const partition = `${record.source} ${record.topic} ${record.epoch} ${record.partition}`;
      const effectiveArrival = Math.max(latest.get(partition) ?? -Infinity, record.arrivedAt);
      latest.set(partition, effectiveArrival);
      return { ...record, effectiveArrival };
    })
    .sort((a, b) => a.effectiveArrival - b.effectiveArrival);
  const kind = plan.groups.some(({ name }) => name === golden.read) ? 'group' : 'vector';
  const read = { kind, name: golden.read, request: golden.keys as never, t: golden.t, before: golden.before, knownAt: golden.knownAt } as const;
  const consumed = order.filter(({ effectiveArrival }) => effectiveArrival <= golden.knownAt).length;
  return { knowledge: 'arrival', order, steps: [{ consumed, reads: [read] }] };
}
