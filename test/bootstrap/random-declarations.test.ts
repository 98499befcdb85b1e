import { expect, test } from 'vitest';
import { drawProgram } from '../property/declarations/program.ts';
import { generated } from '../property/generated.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import { randomSession } from '../support/three-ways/session.ts';
import { compareBuilt } from './compare-states.ts';

// Declarations that nobody wrote, and histories at random.

const settings = runSettings({ seed: 500, runs: 4, values: 40_000 });
const SESSIONS = 4;

test(
  'a state from the history of random declarations is the state of its frontier',
  { timeout: 3_600_000 },
  async () => {
    let values = 0;
    let runs = 0;
    for (; runs < settings.runs || values < settings.values; runs += 1) {
      const seed = (settings.seed + runs) >>> 0;
      values += await compareProgram(seed).catch((error: unknown) => {
        throw new Error(`repeat with SKEWLESS_SEED=${seed}`, { cause: error });
      });
    }
    console.log(
      `bootstrap: compared ${values.toLocaleString('en')} values of ${runs} random programs, 0 differences`,
    );
    expect(values).toBeGreaterThanOrEqual(settings.values);
  },
);

async function compareProgram(seed: number): Promise<number> {
  const random = new Random(seed);
  const { project } = await generated(drawProgram(60, random));
  const { program } = project;
  const database = await databaseFor(program.sql);
  let values = 0;
  try {
    for (let i = 0; i < SESSIONS; i += 1) {
      const session = randomSession(program.plan, { records: 120, reads: 25 }, random);
      values += await compareBuilt({ program, database }, session, random);
    }
  } finally {
    await database.end();
    project.remove();
  }
  return values;
}
