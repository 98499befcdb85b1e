import fc from 'fast-check';
import { recordedSources } from '../../testing/history.ts';
import { Random } from '../support/random.ts';
import { byOracle } from '../support/three-ways/by-oracle.ts';
import { bySql, shapes } from '../support/three-ways/by-sql.ts';
import { byStream } from '../support/three-ways/by-stream.ts';
import { differingFeatures } from '../support/three-ways/compare.ts';
import type { Difference } from '../support/three-ways/compare.ts';
import { databaseFor } from '../support/three-ways/database.ts';
import { fillHistory } from '../support/three-ways/fill-history.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';
import type { Session, Values } from '../support/three-ways/read.ts';
import { fewestRecords, onlyRead, onlySources } from '../support/three-ways/reduce.ts';
import { reportSession } from '../support/three-ways/report.ts';
import { allFeatures, only, replaced } from './declarations/keep.ts';
import { printProgram } from './declarations/print.ts';
import type { DrawnProgram } from './declarations/program.ts';
import { generated } from './generated.ts';

/** What is left of a difference when all is taken away that it does not need, as text. */
export async function minimalCase(
  drawn: DrawnProgram,
  session: Session,
  difference: Difference,
): Promise<string> {
  const { feature, read, side } = difference;
  let program = only(drawn, [feature]);
  let kept = onlyRead(session, read);
  if (!(await differs(program, kept, difference)))
    return `${side} differs in ${feature} only beside the other features`;
  kept = await withProject(program, project =>
    fewestRecords(kept, candidate => differsIn(project, candidate, difference)),
  );
  for (const name of allFeatures(program).keys()) program = await shrunk(program, name, kept, difference);
  kept = await withProject(program, project =>
    fewestRecords(kept, candidate => differsIn(project, candidate, difference)),
  );
  return `${printProgram(program)}\n${reportSession(kept)}\n${await withProject(program, project => bothValues(project, kept, difference))}`;
}

/** The program with the smallest form of one feature that fast-check finds to show the difference still. */
async function shrunk(
  program: DrawnProgram,
  name: string,
  session: Session,
  difference: Difference,
): Promise<DrawnProgram> {
  const { arbitrary, seed } = allFeatures(program).get(name)!;
  let smallest = program;
  const property = fc.asyncProperty(arbitrary, async declared => {
    const candidate = replaced(program, name, { declared, arbitrary: fc.constant(declared), seed });
    if (!(await differs(candidate, session, difference))) return;
    smallest = candidate;
    throw new Error('differs still');
  });
  await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: 60_000 });
  return smallest;
}

async function withProject<T>(
  program: DrawnProgram,
  use: (program: ThreeWayProgram) => Promise<T>,
): Promise<T> {
  const { project } = await generated(program);
  try {
    return await use(project.program);
  } finally {
    project.remove();
  }
}

async function differs(program: DrawnProgram, session: Session, difference: Difference): Promise<boolean> {
  try {
    return await withProject(program, project => differsIn(project, session, difference));
  } catch {
    return false; // what cannot be generated any more shows nothing
  }
}

async function differsIn(
  program: ThreeWayProgram,
  session: Session,
  { side, feature }: Difference,
): Promise<boolean> {
  const [expected, actual] = await bothAnswers(program, session, side);
  return differingFeatures(expected, actual).includes(feature);
}

async function bothValues(
  program: ThreeWayProgram,
  session: Session,
  { side, feature }: Difference,
): Promise<string> {
  const [expected, actual] = await bothAnswers(program, session, side);
  return `oracle: ${String(expected[feature])}\n${side}: ${String(actual[feature])}`;
}

/** What the oracle and the side say to the one read, from the records of the sources that the program still reads. */
async function bothAnswers(
  program: ThreeWayProgram,
  session: Session,
  side: string,
): Promise<readonly [Values, Values]> {
  const read = onlySources(session, new Set(recordedSources(program.declarations).keys()));
  const expected = byOracle(program, read).values[0]!;
  return [expected, (await answersOf(program, read, side)).values[0]!];
}

async function answersOf(program: ThreeWayProgram, session: Session, side: string): ReturnType<typeof bySql> {
  if (side === 'stream') return byStream(program, session, new Random(0));
  const database = await databaseFor(program.sql);
  try {
    await fillHistory(database, program, session.order);
    return await bySql(
      database.db,
      program,
      session,
      shapes.find(shape => side.endsWith(shape))!,
    );
  } finally {
    await database.end();
  }
}
