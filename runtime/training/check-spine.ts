// Control path. Reading a spine through before the work starts: all that is wrong with it, and what tells it from others.
import type { RowsBefore } from '../history/notes.ts';
import type { Known } from '../history/spine.ts';
import type { SpineBatch, SpineFile, SpineProblem } from './io/spine.ts';
import type { Reach } from './history-state.ts';
import { problemsOf } from './row-check.ts';
import type { SpineColumns } from './spine-columns.ts';
import { SpineDigest } from './spine-digest.ts';

/** What is wrong in a row of the spine, and where that stands: `spine.csv, line 12`. */
export interface SpineFault extends SpineProblem {
  readonly where: string;
}

/** So many of a spine's faults are told in its error. */
export const shownFaults = 20;

/** Rows of a spine cannot be computed. Nothing was. */
export class BadSpine extends Error {
  override readonly name = 'BadSpine';
  readonly code = 'bad-spine';

  /**
   * @param first in order, not all of them
   * @param count all of them
   */
  constructor(
    spine: string,
    readonly first: readonly SpineFault[],
    readonly count: number,
  ) {
    const more = count - first.length;
    super(
      [
        `${spine} has ${count === 1 ? 'a row' : 'rows'} that cannot be computed; nothing was begun:`,
        ...first.map(fault => `  ${faultText(fault)}`),
        ...(more > 0 ? [`  and ${more} more`] : []),
      ].join('\n'),
    );
  }
}

export function faultText({ where, column, value, reason }: SpineFault): string {
  const cell = value === '' ? '' : ` '${value}':`;
  return column === null ? `${where}:${cell} ${reason}` : `${where}: ${column}:${cell} ${reason}`;
}

/** A sound spine. */
export interface CheckedSpine {
  readonly rows: number;
  /** Of its columns and all values, hexadecimal. */
  readonly digest: string;
  /** By source: rows that lie before it begins. */
  readonly before: ReadonlyMap<string, RowsBefore>;
}

export interface SpineCheck {
  readonly spine: SpineFile;
  readonly columns: SpineColumns;
  readonly known: Known;
  readonly reach: Reach;
  /** By source where it begins, µs. */
  readonly begins: ReadonlyMap<string, number>;
  /** Told of every fault, in order. */
  readonly onFault?: ((fault: SpineFault) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws BadSpine, SpineError */
export async function checkSpine(check: SpineCheck): Promise<CheckedSpine> {
  const { spine, columns, begins, known, reach } = check;
  const names = spine.columns.map(({ name }) => name);
  const digest = new SpineDigest(spine.columns);
  const before = new Map<string, RowsBefore>();
  const first: SpineFault[] = [];
  let faults = 0;
  let rows = 0;
  for await (const batch of spine.batches()) {
    check.signal?.throwIfAborted();
    for (const problem of problemsOf(columns, names, { known, reach }, batch)) {
      const fault = { ...problem, where: spine.where(problem.row) };
      if (first.length < shownFaults) first.push(fault);
      faults += 1;
      check.onFault?.(fault);
    }
    digest.add(batch);
    countBefore(batch, columns, begins, before);
    rows += batch.rows;
  }
  if (faults > 0) throw new BadSpine(spine.name, first, faults);
  return { rows, digest: digest.result(), before };
}

function countBefore(
  { columns: values, rows }: SpineBatch,
  { time }: SpineColumns,
  begins: ReadonlyMap<string, number>,
  before: Map<string, RowsBefore>,
): void {
  for (const [source, first] of begins) {
    const known = before.get(source);
    let [count, earliest] = [known?.rows ?? 0, known?.earliest ?? Infinity];
    for (let row = 0; row < rows; row += 1) {
      const t = values[time]![row] as number;
      if (t >= first) continue;
      count += 1;
      if (t < earliest) earliest = t;
    }
    before.set(source, { rows: count, earliest });
  }
}
