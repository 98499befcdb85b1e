import { Oracle } from '../../../testing/index.ts';
import type { Knowledge, Verdict } from '../../../testing/index.ts';
import { frontierAfter, readsOf } from './read.ts';
import type { Read, Session, Values } from './read.ts';
import type { ThreeWayProgram } from './program.ts';

export interface Answers {
  /** One for each read of the session, in order. */
  readonly values: readonly Values[];
}

/** What the page says: every read from all records anew. */
export function byOracle(
  program: ThreeWayProgram,
  session: Session,
): Answers & { readonly verdicts: readonly Verdict[] } {
  const oracle = new Oracle(session.order, program.declarations);
  const byName = new Map(
    program.declarations.map(declaration => [`${declaration.kind} ${declaration.name}`, declaration]),
  );
  const answer = (read: Read, known: Knowledge): Values => {
    const options = { before: read.before, known };
    const declared = byName.get(`${read.kind === 'group' ? 'features' : 'vector'} ${read.name}`);
    if (declared === undefined) throw new RangeError(`nothing is declared as ${read.kind} ${read.name}`);
    return declared.kind === 'vector'
      ? oracle.readVector(declared, read.request, read.t, options)
      : oracle.readGroup(declared, read.request, read.t, options);
  };
  if (session.knowledge !== 'frontier') {
    const values = readsOf(session).map(read =>
      answer(read, session.knowledge === 'hindsight' ? 'all' : { knownAt: read.knownAt }),
    );
    return { values, verdicts: oracle.verdicts };
  }
  const values = session.steps.flatMap(({ consumed, reads }) => {
    const frontier = frontierAfter(session.order, consumed);
    return reads.map(read => answer(read, { frontier }));
  });
  return { values, verdicts: oracle.verdicts };
}
