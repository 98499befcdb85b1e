import type { Known, SpineRow } from '../../../runtime/history/spine.ts';
import type { Shape } from '../../../runtime/history/shape.ts';
import { trainingSet } from '../../../runtime/history/index.ts';
import type { ReadTarget } from '../../../runtime/history/resolve-read.ts';
import type { AnyDatabase } from '../../../runtime/history/session.ts';
import type { Answers } from './by-oracle.ts';
import type { ThreeWayProgram } from './program.ts';
import { frontierAfter } from './read.ts';
import type { Read, Session, Values } from './read.ts';

export const shapes = ['lateral', 'running-totals', 'tiles', 'auto'] as const satisfies readonly Shape[];

/** The reads of a session that one training set answers. */
export interface SessionSet {
  readonly read: ReadTarget;
  readonly spine: readonly SpineRow[];
  readonly known: Known;
  readonly before: boolean;
}

/** The history's answers: one training set for each group and vector, whose spine is its reads. */
export async function bySql(
  db: AnyDatabase,
  program: ThreeWayProgram,
  session: Session,
  shape: Shape,
): Promise<Answers> {
  return await bySets(session, set =>
    trainingSet(db, program.sql, { ...set, shape, labels: false, allowHistoryBehind: true }),
  );
}

/** Answers of training sets, put where the session's reads are. */
export async function bySets(
  session: Session,
  answer: (set: SessionSet) => Promise<readonly Values[]>,
): Promise<Answers> {
  const values: Values[] = [];
  let first = 0;
  for (const part of partsOf(session)) {
    for (const [place, one] of await answersOf(part.reads, part.known, answer)) values[first + place] = one;
    first += part.reads.length;
  }
  return { values };
}

/** Reads that one `known` holds for, in order. */
function partsOf(session: Session): { readonly reads: readonly Read[]; readonly known: Known }[] {
  if (session.knowledge !== 'frontier') {
    return [{ reads: session.steps.flatMap(({ reads }) => reads), known: { kind: session.knowledge } }];
  }
  return session.steps.map(({ consumed, reads }) => ({
    reads,
    known: { kind: 'frontier', positions: positionsAfter(session, consumed) },
  }));
}

function positionsAfter(
  { order }: Session,
  consumed: number,
): Extract<Known, { kind: 'frontier' }>['positions'] {
  return frontierAfter(order, consumed).map(({ offset, ...place }) => ({ ...place, nextOffset: offset }));
}

async function answersOf(
  reads: readonly Read[],
  known: Known,
  answer: (set: SessionSet) => Promise<readonly Values[]>,
): Promise<Map<number, Values>> {
  const sets = new Map<string, number[]>();
  for (const [place, { kind, name, before }] of reads.entries()) {
    const set = `${kind} ${name} ${before}`;
    sets.set(set, [...(sets.get(set) ?? []), place]);
  }
  const answers = new Map<number, Values>();
  for (const places of sets.values()) {
    const { kind, name, before } = reads[places[0]!]!;
    const spine = places.map((place): SpineRow => {
      const { t, knownAt, request } = reads[place]!;
      return known.kind === 'arrival' ? { t, knownAt, request } : { t, request };
    });
    const rows = await answer({
      read: kind === 'group' ? { group: name } : { vector: name },
      spine,
      known,
      before,
    });
    if (rows.length !== places.length)
      throw new Error(`a spine of ${places.length} rows came back with ${rows.length}`);
    for (const [i, place] of places.entries()) answers.set(place, rows[i]!);
  }
  return answers;
}
