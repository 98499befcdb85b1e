import { expect, test } from 'vitest';
import { allFeatures } from '../property/declarations/keep.ts';
import { drawProgram } from '../property/declarations/program.ts';
import { generated } from '../property/generated.ts';
import { workedExamples } from '../golden/worked-examples.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { byOracle } from '../support/three-ways/by-oracle.ts';
import { isSame } from '../support/three-ways/compare.ts';
import { completeHistory } from '../support/three-ways/complete-history.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';
import { readsOf } from '../support/three-ways/read.ts';
import type { Session } from '../support/three-ways/read.ts';
import { randomSession } from '../support/three-ways/session.ts';
import { byFunctions, columnsOf } from './by-functions.ts';

// The functions that the DDL installs, read by read against the oracle: by arrival, and in hindsight.

const settings = runSettings({ seed: 20_260_401, runs: 3, values: 20_000 });

test('say what the oracle says of every feature of features/', { timeout: 900_000 }, async () => {
  const program = await workedExamples();
  const database = await databaseFor(program.sql);
  try {
    let values = 0;
    for (let run = 0; run < settings.runs || values < settings.values; run += 1)
      values += await compare(program, database, (settings.seed + run) >>> 0, { records: 120, reads: 40 });
    console.log(
      `sql functions: compared ${values.toLocaleString('en')} values of features/, seed ${settings.seed}`,
    );
    expect(await leftOut(program, database)).toEqual([
      'user_purchases: is_loyal_to_category',
      'churn_risk: is_loyal_to_category',
    ]);
  } finally {
    await database.end();
  }
});

test('say what the oracle says of random declarations', { timeout: 900_000 }, async () => {
  let values = 0;
  let features = 0;
  for (let run = 0; run < settings.runs; run += 1) {
    const seed = (settings.seed + run) >>> 0;
    const { drawn, project } = await generated(drawProgram(60, new Random(seed)));
    const database = await databaseFor(project.program.sql);
    try {
      values += await compare(project.program, database, seed, { records: 120, reads: 40 });
      features += allFeatures(drawn).size;
    } finally {
      await database.end();
      project.remove();
    }
  }
  console.log(
    `sql functions: compared ${values.toLocaleString('en')} values of ${features} random features, seed ${settings.seed}`,
  );
  expect(values).toBeGreaterThan(1000);
});

/** @returns how many values were equal. @throws at the first that is not */
async function compare(
  program: ThreeWayProgram,
  database: ProgramDatabase,
  seed: number,
  size: { readonly records: number; readonly reads: number },
): Promise<number> {
  const session = sessionOf(seed % 2 === 0 ? 'arrival' : 'hindsight', program, size, new Random(seed));
  await fillHistory(database, program, session.order);
  await completeHistory(database, program);
  const expected = byOracle(program, session).values;
  const actual = await byFunctions(database.db, program.plan, session);
  let values = 0;
  for (const [place, read] of readsOf(session).entries()) {
    for (const [feature, value] of Object.entries(actual.get(read) ?? {})) {
      const wanted = expected[place]![feature];
      if (!isSame(wanted, value))
        throw new Error(
          `seed ${seed}, ${session.knowledge}: ${JSON.stringify(read)}: ${feature} is ${String(value)}, not ${String(wanted)}`,
        );
      values += 1;
    }
  }
  return values;
}

/** A function knows by arrival or all, not by offset. */
function sessionOf(
  knowledge: 'arrival' | 'hindsight',
  { plan }: ThreeWayProgram,
  size: { readonly records: number; readonly reads: number },
  random: Random,
): Session {
  for (;;) {
    const session = randomSession(plan, size, random);
    if (session.knowledge === knowledge) return session;
  }
}

async function leftOut(
  { sql: program }: ThreeWayProgram,
  { db }: ProgramDatabase,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const { name, features } of [...program.groups, ...program.vectors]) {
    const present = await columnsOf(db, name);
    for (const feature of features)
      if (!present.includes(feature.name)) lost.push(`${name}: ${feature.name}`);
  }
  return lost;
}
