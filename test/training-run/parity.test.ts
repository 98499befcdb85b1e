import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trainingSet } from '../../runtime/history/index.ts';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { byOracle } from '../support/three-ways/by-oracle.ts';
import { bySets, shapes } from '../support/three-ways/by-sql.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { differencesOf } from '../support/three-ways/evaluate.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import { randomSession } from '../support/three-ways/session.ts';
import { runWhole } from './support/run.ts';

// Runs in small parts over random histories of features/, by one connection and by three: what the oracle says, and
// what a training set of one transaction says.

const settings = runSettings({ seed: 20_261_121, runs: 8, values: 0 });
const folder = new URL('../../features/', import.meta.url);

let project: TemporaryProject;
let database: ProgramDatabase;

beforeAll(async () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    /(?<!\.test)\.ts$/.test(name),
  );
  project = await temporaryProject(
    Object.fromEntries(names.map(name => [name, readFileSync(new URL(name, folder), 'utf8')])),
  );
  database = await databaseFor(project.program.sql);
});

afterAll(async () => {
  await database?.end();
  project?.remove();
});

test('a run in parts yields what the oracle says, whatever is known', { timeout: 600_000 }, async () => {
  const { program } = project;
  const seen = new Set<string>();
  let runs = 0;
  let values = 0;
  for (let i = 0; i < settings.runs; i += 1) {
    const seed = (settings.seed + i) >>> 0;
    const random = new Random(seed);
    const session = randomSession(program.plan, { records: 80, reads: 40 }, random);
    const shape = shapes[i % shapes.length]!;
    await fillHistory(database, program, session.order);
    // Of a session's training sets some are runs; the others are there to be compared with too.
    const answers = await bySets(session, async ({ spine, ...request }) => {
      const inOne = await trainingSet(database.db, program.sql, {
        ...{ ...request, spine, shape },
        ...{ labels: false, allowHistoryBehind: true },
      });
      if (!random.chance(session.knowledge === 'frontier' ? 0.02 : 0.25)) return inOne;
      runs += 1;
      const options = {
        id: `parity_${runs}`,
        shape,
        jobs: 1 + 2 * (runs % 2),
        chunkRows: 1 + random.below(30),
      };
      const asked = { ...request, carried: [], hasKnownAt: request.known.kind === 'arrival' };
      const inParts = await runWhole(database.pool, program.sql, asked, spine, options);
      expect(inParts, `${JSON.stringify(request.read)}, seed ${seed}`).toEqual(inOne);
      values += inParts.reduce((count, row) => count + Object.keys(row).length, 0);
      return inParts;
    });
    const differences = differencesOf(session, `SQL, ${shape}`, byOracle(program, session), answers);
    expect(differences, `seed ${seed}`).toEqual([]);
    seen.add(session.knowledge);
  }
  console.log(
    `training runs: compared ${values.toLocaleString('en')} values of ${runs} runs, 0 differences, seed ${settings.seed}`,
  );
  expect([...seen].sort()).toEqual(['arrival', 'frontier', 'hindsight']);
});
