import { Engine } from '../../runtime/index.ts';
import { trainingSet } from '../../runtime/history/index.ts';
import type { Known, ReadTarget, SpineRow } from '../../runtime/history/index.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import type { LoggedRecord } from '../support/history/history.ts';
import { isSame } from '../support/three-ways/compare.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';
import type { Values } from '../support/three-ways/read.ts';

/** Spines, one for each group or vector that is read. */
export type Spines = ReadonlyMap<string, readonly SpineRow[]>;

/** What a training set may know, and when a stream knows the same. */
export interface Knowledge {
  readonly known: Known;
  /** How many records of the log a stream has taken in that knows what a row at t may know. */
  readonly consumed: (t: number) => number;
}

/** How many values were compared, by `group.feature` or `vector.feature`. */
export type Compared = Map<string, number>;

/**
 * Replays the log into an engine and reads each row when exactly what it may know has been taken in; then computes the
 * same spines as training sets, and compares value for value.
 * @throws at the first value that differs
 */
export async function prove(
  program: ThreeWayProgram,
  db: AnyDatabase,
  log: readonly LoggedRecord[],
  spines: Spines,
  { known, consumed }: Knowledge,
  compared: Compared,
): Promise<void> {
  const streamed = replay(program, log, spines, consumed);
  for (const [name, spine] of spines) {
    const rows = await trainingSet(db, program.sql, { read: targetOf(program, name), spine, known });
    const answers = streamed.get(name)!;
    for (const [place, row] of rows.entries()) {
      const answer = answers[place]!;
      for (const feature of Object.keys(answer)) {
        if (!isSame(answer[feature], row[feature] as Values[string]))
          throw new Error(
            `${name}.${feature}, ${JSON.stringify(known)}, row ${place} ${JSON.stringify(spine[place])}: the stream said ${String(answer[feature])}, the training set says ${String(row[feature])}`,
          );
        const key = `${name}.${feature}`;
        compared.set(key, (compared.get(key) ?? 0) + 1);
      }
    }
    if (rows.length !== spine.length) throw new Error(`${name}: ${rows.length} rows for ${spine.length}`);
  }
}

function replay(
  program: ThreeWayProgram,
  log: readonly LoggedRecord[],
  spines: Spines,
  consumed: Knowledge['consumed'],
): ReadonlyMap<string, readonly Values[]> {
  const engine = new Engine(program.stream);
  const answers = new Map(
    [...spines].map(([name, spine]) => [name, Array.from<Values>({ length: spine.length })]),
  );
  const reads = [...spines]
    .flatMap(([name, spine]) => spine.map((row, place) => ({ name, row, place })))
    .sort((a, b) => a.row.t - b.row.t);
  let next = 0;
  for (const { name, row, place } of reads) {
    for (const end = consumed(row.t); next < end; next += 1) engine.ingest(log[next]!);
    const isGroup = program.plan.groups.some(group => group.name === name);
    answers.get(name)![place] = isGroup
      ? engine.readGroup(name, row.request as never, row.t)
      : engine.readVector(name, row.request, row.t);
  }
  return answers;
}

function targetOf(program: ThreeWayProgram, name: string): ReadTarget {
  return program.plan.groups.some(group => group.name === name) ? { group: name } : { vector: name };
}

/** What had arrived by t − lag, of a log in order of arrival. */
export function byArrival(log: readonly LoggedRecord[], lag = 0): Knowledge {
  const consumed = (t: number): number => {
    let low = 0;
    let high = log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (log[middle]!.effectiveArrival <= t - lag) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { known: lag === 0 ? { kind: 'arrival' } : { kind: 'arrival', lag }, consumed };
}

export const total = (compared: Compared): number =>
  [...compared.values()].reduce((sum, count) => sum + count, 0);
