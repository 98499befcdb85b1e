import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../support/random.ts';
import { runSettings } from '../support/run-settings.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { shapes } from '../support/three-ways/by-sql.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import { evaluate } from '../support/three-ways/evaluate.ts';
import { Liveness } from '../support/three-ways/liveness.ts';
import { reportDifferences } from '../support/three-ways/report.ts';
import { randomSession } from '../support/three-ways/session.ts';

// Random histories of every source against every feature of features/: oracle, stream, and SQL in its shapes by turns.

const settings = runSettings({ seed: 20_240_331, runs: 10, values: 150_000 });
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

test('stream, SQL and oracle agree on every feature of features/', { timeout: 1_800_000 }, async () => {
  const liveness = new Liveness();
  const verdicts = new Map<string, number>();
  const forced = new Set<string>();
  let values = 0;
  let runs = 0;
  // A feature that only ever had one value proves little: a few histories more may show another.
  const proven = (): boolean =>
    values >= settings.values && (liveness.dead().length === 0 || runs >= 4 * settings.runs);
  for (; runs < settings.runs || !proven(); runs += 1) {
    const seed = (settings.seed + runs) >>> 0;
    const random = new Random(seed);
    const session = randomSession(project.program.plan, { records: 150, reads: 90 }, random);
    const shape = shapes[seed % shapes.length]!;
    const outcome = await evaluate(project.program, session, { database, shapes: [shape], random });
    if (outcome.differences.length + outcome.verdictDifferences.length > 0)
      throw new Error(reportDifferences(outcome, seed));
    values += outcome.values;
    forced.add(shape);
    liveness.see(session, outcome.expected);
    for (const [verdict, count] of outcome.verdicts)
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + count);
  }
  const fates = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  console.log(
    `parity: compared ${values.toLocaleString('en')} values of ${liveness.features} features over ${runs} histories (${fates}), 0 differences, seed ${settings.seed}`,
  );
  expect(values).toBeGreaterThanOrEqual(settings.values);
  expect([...forced].sort()).toEqual([...shapes].sort());
  expect(liveness.dead()).toEqual([]);
  const kinds = ['counted', 'early', 'late', 'notice', 'refused', 'repeat', 'tombstone'];
  expect([...verdicts.keys()].sort()).toEqual(kinds);
});
