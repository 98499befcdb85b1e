import type { Shape } from '../../../runtime/history/shape.ts';
import type { Random } from '../random.ts';
import { byOracle } from './by-oracle.ts';
import type { Answers } from './by-oracle.ts';
import { bySql } from './by-sql.ts';
import { byStream } from './by-stream.ts';
import { differingFeatures } from './compare.ts';
import type { Difference } from './compare.ts';
import type { ProgramDatabase } from './database.ts';
import { fillHistory } from './fill-history.ts';
import type { ThreeWayProgram } from './program.ts';
import type { Read, Session, Values } from './read.ts';
import { compareVerdicts } from './verdicts.ts';
import type { VerdictDifference } from './verdicts.ts';

/** One run of a session on every side. */
export interface Outcome {
  /** Features times reads: each was had from the oracle, the stream, and SQL in every shape asked for. */
  readonly values: number;
  readonly differences: readonly Difference[];
  /** Records that two sides take differently: counted here, late or refused there. */
  readonly verdictDifferences: readonly VerdictDifference[];
  /** How often each verdict was given. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** What the oracle said, read by read. */
  readonly expected: readonly Values[];
}

export interface Sides {
  /** A database with the program's schema; its history is emptied first. */
  readonly database: ProgramDatabase;
  readonly shapes: readonly Shape[];
  /** For restarts. */
  readonly random: Random;
}

/** Evaluates a session three ways and compares each side with the oracle. */
export async function evaluate(program: ThreeWayProgram, session: Session, sides: Sides): Promise<Outcome> {
  const oracle = byOracle(program, session);
  const stream = byStream(program, session, sides.random);
  const refused = await fillHistory(sides.database, program, session.order);
  const differences = differencesOf(session, 'stream', oracle, stream);
  for (const shape of sides.shapes) {
    differences.push(
      ...differencesOf(
        session,
        `SQL, ${shape}`,
        oracle,
        await bySql(sides.database.db, program, session, shape),
      ),
    );
  }
  const tables = new Set(program.plan.sources.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  const verdicts = new Map<string, number>();
  for (const { kind } of oracle.verdicts) verdicts.set(kind, (verdicts.get(kind) ?? 0) + 1);
  return {
    values: oracle.values.reduce((count, values) => count + Object.keys(values).length, 0),
    differences,
    verdictDifferences: compareVerdicts(session.order, oracle.verdicts, stream.verdicts, refused, tables),
    verdicts,
    expected: oracle.values,
  };
}

/** Where a side differs from the oracle, read by read. */
export function differencesOf(
  session: Session,
  side: string,
  expected: Answers,
  actual: Answers,
): Difference[] {
  const reads = session.steps.flatMap(({ consumed, reads }) =>
    reads.map((read): [Read, number] => [read, consumed]),
  );
  return reads.flatMap(([read, consumed], i) =>
    differingFeatures(expected.values[i]!, actual.values[i]!).map(feature => ({
      side,
      read,
      consumed,
      feature,
      expected: expected.values[i]![feature],
      actual: actual.values[i]![feature],
    })),
  );
}
