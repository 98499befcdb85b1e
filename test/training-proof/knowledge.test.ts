import { expect, test } from 'vitest';
import { featuresOf } from '../../generator/ir/features.ts';
import { workedExamples } from '../golden/worked-examples.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { completeHistory } from '../support/three-ways/complete-history.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';
import { frontierAfter, readsOf } from '../support/three-ways/read.ts';
import { randomSession } from '../support/three-ways/session.ts';
import { byArrival, prove, total } from './prove.ts';
import type { Compared, Knowledge, Spines } from './prove.ts';

// Random histories of all worked examples, and each of the four things that a training set may know.

const settings = runSettings({ seed: 20_260_402, runs: 2, values: 60_000 });
const size = { records: 120, reads: 50 };
const kinds = ['arrival', 'arrival with lag', 'hindsight', 'frontier'] as const;

test(
  'a training set of each knowledge is what a stream of that knowledge answers',
  { timeout: 900_000 },
  async () => {
    const program = await workedExamples();
    const database = await databaseFor(program.sql);
    const compared = new Map(kinds.map(kind => [kind, new Map() as Compared]));
    const values = (): number => [...compared.values()].reduce((sum, each) => sum + total(each), 0);
    try {
      for (let run = 0; run < settings.runs || values() < settings.values; run += 1) {
        const seed = (settings.seed + run) >>> 0;
        const random = new Random(seed);
        const { log, spines } = drawn(program, random);
        await fillHistory(database, program, log);
        await completeHistory(database, program);
        for (const kind of kinds) {
          const knowledge = knowledgeOf(kind, log, random);
          await prove(program, database.db, log, spines, knowledge, compared.get(kind)!).catch(
            (cause: unknown) => {
              throw new Error(`seed ${seed}, ${kind}`, { cause });
            },
          );
        }
      }
    } finally {
      await database.end();
    }
    const counts = [...compared].map(([kind, each]) => `${total(each).toLocaleString('en')} by ${kind}`);
    console.log(`training proof: values equal, ${counts.join(', ')}, seed ${settings.seed}`);
    const all = [...program.plan.groups, ...program.plan.vectors]
      .flatMap(plan => featuresOf(plan).map(({ name }) => `${plan.name}.${name}`))
      .sort();
    for (const kind of kinds) expect([...compared.get(kind)!.keys()].sort(), kind).toEqual(all);
  },
);

/** A log in order of arrival, and reads of every group and vector. */
function drawn(
  { plan }: ThreeWayProgram,
  random: Random,
): { readonly log: readonly LoggedRecord[]; readonly spines: Spines } {
  const session = randomSession(plan, size, random);
  const log = [...session.order].sort((a, b) => a.effectiveArrival - b.effectiveArrival);
  const reads = readsOf(session);
  const names = [...plan.groups, ...plan.vectors].map(({ name }) => name);
  const spines = names.map(
    name =>
      [name, reads.filter(read => read.name === name).map(({ t, request }) => ({ t, request }))] as const,
  );
  return { log, spines: new Map(spines) };
}

function knowledgeOf(kind: (typeof kinds)[number], log: readonly LoggedRecord[], random: Random): Knowledge {
  switch (kind) {
    case 'arrival':
      return byArrival(log);
    case 'arrival with lag':
      return byArrival(log, random.pick([1, 200_000, 60_000_000, 86_400_000_000]));
    case 'hindsight':
      return { known: { kind: 'hindsight' }, consumed: () => log.length };
    case 'frontier': {
      const consumed = random.between(Math.floor(log.length / 3), log.length);
      const positions = frontierAfter(log, consumed).map(({ offset, ...place }) => ({
        ...place,
        nextOffset: offset,
      }));
      return { known: { kind: 'frontier', positions }, consumed: () => consumed };
    }
  }
}
